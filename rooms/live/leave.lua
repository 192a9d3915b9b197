-- One holder lets go of a seat: at once ("left"), or lost, and then the seat is kept for the time to come back.
-- KEYS 1 gate 2 seats 3 held 4 away 5 leases 6 feed
-- ARGV 3 user 4 holder "process.socket", or "" for a follower 5 "left" or "lost"
-- {'ok', present}
local user, holder = ARGV[3], ARGV[4]
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local at = now()
local freed = lapse(KEYS[2], KEYS[3], KEYS[4], KEYS[5], at)
local kept = {}
for word in string.gmatch(redis.call('HGET', KEYS[3], user) or '', '%S+') do
  if word ~= holder then kept[#kept + 1] = word end
end
if #kept > 0 then redis.call('HSET', KEYS[3], user, table.concat(kept, ' ')) else redis.call('HDEL', KEYS[3], user) end
if holder == '' then redis.call('ZREM', KEYS[4], user) end
if #kept == 0 and redis.call('HEXISTS', KEYS[2], user) == 1 then
  if ARGV[5] == 'lost' then
    redis.call('ZADD', KEYS[4], 'GT', whole(at + RECONNECT_MS), user)
  else
    redis.call('ZREM', KEYS[4], user)
    freed = freed + redis.call('HDEL', KEYS[2], user)
  end
end
local present = redis.call('HLEN', KEYS[2])
if freed > 0 then
  redis.call('SPUBLISH', KEYS[6], 'P{"op":"present","count":' .. whole(present) .. ',"left":{"id":"' .. user .. '"}}')
end
return {'ok', present}
