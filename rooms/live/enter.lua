-- Take a seat in a channel, come back to it, or join the queue for one.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
--      13 reads 14 dirty 15 sanctions 16 free 17 recalled 18 outside 19 quiet 20 allowed 21 mentioned
-- ARGV 3 organization 4 user 5 {"id","name"} of the person 6 holder "process.socket", or "" for a follower
--      7 lease ms of the process, or idle ms of a follower 8 channel 9 a fresh ticket 10 ticket that is presented, or ""
--      11 ms between enters of the channel, 0 for none 12 burst
--      13 "1" where somebody only comes back: who was put out meanwhile must ask to be let in
-- {'ok', epoch, tip, talk, reading, present, at, role, capacity, slow_seconds, forks, muted for ms or '', recalled since,
--  muted_all, quiet until or '', 1 who had been put out, what names the user or '', what names everybody or '',
--  what of it may be recalled}
-- {'queued', ticket, place, length}
local user, holder, keep = ARGV[4], ARGV[6], tonumber(ARGV[7])
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state', 'private', 'locked', 'white_only')
if gate[1] ~= READY then return {'closed'} end
local head = redis.call('HMGET', KEYS[3], 'state', 'epoch', 'tip', 'talk', 'capacity', 'slow_seconds', 'forks', 'see',
  'enter', 'muted_all', 'queue_most', 'pair')
if gate[2] ~= ARGV[3] or not head[1] then return no('not_found') end
if of_others(head[12], user) then return no('not_found') end
local at = now()
local role = redis.call('HGET', KEYS[2], user)
local free = redis.call('SISMEMBER', KEYS[16], user) == 1
local banned, muted = sanctioned(KEYS[15], user, ARGV[8], at)
if banned and (role or gate[4] ~= '1') then return no('banned', banned) end
if not role and gate[4] == '1' then return no('not_found') end
if gate[6] == '1' and not free and (not role or RANK[role] < RANK.moderator) then return no('not_found') end
if not role and gate[5] == '1' then return no('password_needed') end
if not role then return no('not_member') end
if not allows(head[8], 'see', role, KEYS[20], user) then return no('not_found') end
if not allows(head[9], 'enter', role, KEYS[20], user) then return no('forbidden') end
if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end
local outside = redis.call('HEXISTS', KEYS[18], user)
if ARGV[13] == '1' and outside == 1 then return no('not_entered') end

redis.call('HSET', KEYS[3], 'rush', ARGV[11], 'rush_burst', ARGV[12])
lapse(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], at)

local function hold()
  local words = redis.call('HGET', KEYS[5], user)
  if not words then
    redis.call('HSET', KEYS[5], user, holder)
  elseif not string.find(' ' .. words .. ' ', ' ' .. holder .. ' ', 1, true) then
    redis.call('HSET', KEYS[5], user, words .. ' ' .. holder)
  end
  redis.call('ZADD', KEYS[7], 'GT', whole(at + keep), string.match(holder, '^[^.]+'))
end

local seated = redis.call('HEXISTS', KEYS[4], user) == 1
local offered = redis.call('ZSCORE', KEYS[11], user)
local present, capacity = redis.call('HLEN', KEYS[4]), tonumber(head[5])
local full = capacity > 0 and present + redis.call('ZCARD', KEYS[11]) >= capacity
local admitted, rush, pace = admits(KEYS[3], at)
local ticket = string.match(redis.call('HGET', KEYS[9], user) or '', '^%S+')
if ARGV[10] ~= '' and not seated and ARGV[10] ~= ticket then return no('not_found') end
if not seated and not offered and (full or not admitted) then
  if not ticket then
    if redis.call('ZCARD', KEYS[8]) >= tonumber(head[11] or 10000) then return no('queue_full', 30000) end
    ticket = ARGV[9]
    local class = (free or RANK[role] >= RANK.moderator) and 0 or 1
    local number = redis.call('HINCRBY', KEYS[3], 'arrivals', 1)
    redis.call('ZADD', KEYS[8], whole(class * 1000000000000 + number), user)
    redis.call('HSET', KEYS[9], user, ticket .. ' ' .. ARGV[5])
    redis.call('SPUBLISH', KEYS[12], 'P{"op":"queue"}')
  end
  if holder == '' then
    redis.call('ZADD', KEYS[10], whole(at + TICKET_MS), user)
  else
    hold()
    redis.call('ZREM', KEYS[10], user)
  end
  return {'queued', ticket, redis.call('ZRANK', KEYS[8], user) + 1, redis.call('ZCARD', KEYS[8])}
end

if redis.call('HEXISTS', KEYS[9], user) == 1 then
  redis.call('HDEL', KEYS[9], user)
  redis.call('ZREM', KEYS[8], user)
  redis.call('ZREM', KEYS[10], user)
  redis.call('ZREM', KEYS[11], user)
end
if rush > 0 and not seated and not offered then redis.call('HSET', KEYS[3], 'enter_pace', whole(pace)) end
if outside == 1 then redis.call('HDEL', KEYS[18], user) end
if not redis.call('HGET', KEYS[13], user) then
  redis.call('HSET', KEYS[13], user, head[3] .. ' ' .. head[4] .. ' 0')
  redis.call('SADD', KEYS[14], user)
end
if holder == '' then redis.call('ZADD', KEYS[6], 'GT', whole(at + keep), user) else hold() end
redis.call('HSET', KEYS[4], user, ARGV[5])
if not seated then
  present = present + 1
  redis.call('SPUBLISH', KEYS[12], 'P{"op":"present","count":' .. whole(present) .. ',"joined":' .. ARGV[5] .. '}')
end
local read = redis.call('HGET', KEYS[13], user)
local quiet = ''
for _, till in ipairs(redis.call('HMGET', KEYS[19], user, user .. ':' .. ARGV[8])) do
  if till == '0' then quiet = till elseif till and tonumber(till) > at and quiet ~= '0' then
    quiet = whole(math.max(tonumber(till), tonumber(quiet) or 0))
  end
end
local from = '(' .. string.match(read, '^%d+')
local named = redis.call('HMGET', KEYS[21], user, '*')
return {'ok', head[2], head[3], head[4], read, present, whole(at), role, head[5], head[6], head[7],
  muted and whole(muted == 0 and 0 or at + muted) or '',
  redis.call('ZCOUNT', KEYS[17], from, '+inf'), head[10], quiet, outside, named[1] or '', named[2] or '',
  (named[1] or named[2]) and redis.call('ZRANGEBYSCORE', KEYS[17], from, '+inf') or {}}
