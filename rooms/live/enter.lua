-- Take a seat in a channel, or come back to it.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 reads 9 feed 10 dirty
-- ARGV 3 organization 4 user 5 {"id","name"} of the person 6 holder "process.socket", or "" for a follower
--      7 lease ms of the process, or idle ms of a follower
-- {'ok', epoch, tip, talk, reading, present, at, role, capacity, slow_seconds, forks}
local user, holder, keep = ARGV[4], ARGV[6], tonumber(ARGV[7])
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state', 'private', 'locked')
if gate[1] ~= READY then return {'closed'} end
local head = redis.call('HMGET', KEYS[3], 'state', 'epoch', 'tip', 'talk', 'capacity', 'slow_seconds', 'forks')
if gate[2] ~= ARGV[3] or not head[1] then return no('not_found') end
local role = redis.call('HGET', KEYS[2], user)
if not role and gate[4] == '1' then return no('not_found') end
if not role and gate[5] == '1' then return no('password_needed') end
if not role then return no('not_member') end
if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end

local at = now()
lapse(KEYS[4], KEYS[5], KEYS[6], KEYS[7], at)
local seated = redis.call('HEXISTS', KEYS[4], user) == 1
local present = redis.call('HLEN', KEYS[4])
local capacity = tonumber(head[5])
if not seated and capacity > 0 and present >= capacity then return no('full') end

if not redis.call('HGET', KEYS[8], user) then
  redis.call('HSET', KEYS[8], user, head[3] .. ' ' .. head[4] .. ' 0')
  redis.call('SADD', KEYS[10], user)
end
if holder == '' then
  redis.call('ZADD', KEYS[6], 'GT', whole(at + keep), user)
else
  local words = redis.call('HGET', KEYS[5], user)
  if not words then
    redis.call('HSET', KEYS[5], user, holder)
  elseif not string.find(' ' .. words .. ' ', ' ' .. holder .. ' ', 1, true) then
    redis.call('HSET', KEYS[5], user, words .. ' ' .. holder)
  end
  redis.call('ZADD', KEYS[7], 'GT', whole(at + keep), string.match(holder, '^[^.]+'))
end
redis.call('HSET', KEYS[4], user, ARGV[5])
if not seated then
  present = present + 1
  redis.call('SPUBLISH', KEYS[9], 'P{"op":"present","count":' .. whole(present) .. ',"joined":' .. ARGV[5] .. '}')
end
return {'ok', head[2], head[3], head[4], redis.call('HGET', KEYS[8], user), present, whole(at), role,
        head[5], head[6], head[7]}
