-- Say something: check, number, append, publish. One act.
-- KEYS 1 gate 2 members 3 head 4 log 5 seats 6 reads 7 pace 8 away 9 places 10 11 12 seen 13 feed 14 dirty
-- ARGV 3 organization 4 user 5 client_id 6 operation 7 frame before the numbers 8 frame after them
--      9 ms between messages of a user 10 burst 11 ms between messages of the channel 12 burst 13 follower's idle ms
-- {'ok', epoch, seq, at, repeated, followers}
local user, burst, channel_burst = ARGV[4], tonumber(ARGV[10]), tonumber(ARGV[12])
local gap, channel_gap = tonumber(ARGV[9]), tonumber(ARGV[11])
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
local head = redis.call('HMGET', KEYS[3], 'state', 'epoch', 'tip', 'talk', 'pace', 'seen0', 'seen1', 'seen2')
if not head[1] then return no('not_found') end

local once = user .. '|' .. ARGV[5]
for bucket = 10, 12 do
  local before = redis.call('HGET', KEYS[bucket], once)
  if before then
    local epoch, seq, at = string.match(before, '(%S+) (%d+) (%d+)')
    return {'ok', epoch, seq, at, 1, 0}
  end
end
if not redis.call('HGET', KEYS[2], user) then return no('not_member') end
if redis.call('HEXISTS', KEYS[5], user) == 0 then return no('not_entered') end
if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end

local at = now()
local due = math.max(at, tonumber(gap > 0 and redis.call('HGET', KEYS[7], user) or at))
if gap > 0 and due - at > gap * (burst - 1) then return no('rate_limited', due - at - gap * (burst - 1)) end
local channel_due = math.max(at, tonumber(head[5] or at))
if channel_gap > 0 and channel_due - at > channel_gap * (channel_burst - 1) then
  return no('rate_limited', channel_due - at - channel_gap * (channel_burst - 1))
end

local epoch, seq, talk = head[2], head[3] + 1, head[4] + 1
local frame = ARGV[7] .. ',"epoch":"' .. epoch .. '","seq":' .. whole(seq) .. ',"at":' .. whole(at) .. ARGV[8]
redis.call('XADD', KEYS[4], whole(seq) .. '-0', 'o', ARGV[6], 'e', epoch, 'u', user, 'n', whole(talk), 'f', frame)
redis.call('HSET', KEYS[3], 'tip', whole(seq), 'talk', whole(talk))
if gap > 0 then
  redis.call('HSET', KEYS[7], user, whole(due + gap))
  redis.call('PEXPIRE', KEYS[7], 60000)
end
if channel_gap > 0 then redis.call('HSET', KEYS[3], 'pace', whole(channel_due + channel_gap)) end

local period = math.floor(at / 43200000)
local ring = period % 3
if head[6 + ring] ~= whole(period) then
  redis.call('UNLINK', KEYS[10 + ring])
  redis.call('HSET', KEYS[3], 'seen' .. ring, whole(period))
end
redis.call('HSET', KEYS[10 + ring], once, epoch .. ' ' .. whole(seq) .. ' ' .. whole(at))

local read, n, own = reading(redis.call('HGET', KEYS[6], user))
if n + own + 1 == talk then read, n, own = seq, talk, 0 else own = own + 1 end
redis.call('HSET', KEYS[6], user, whole(read) .. ' ' .. whole(n) .. ' ' .. whole(own))
redis.call('SADD', KEYS[14], user)
if tonumber(ARGV[13]) > 0 then redis.call('ZADD', KEYS[8], 'GT', whole(at + ARGV[13]), user) end
redis.call('SPUBLISH', KEYS[13], 'E' .. whole(seq) .. ' ' .. epoch .. ' ' .. ARGV[6] .. ' ' .. frame)
return {'ok', epoch, whole(seq), whole(at), 0, redis.call('HLEN', KEYS[9])}
