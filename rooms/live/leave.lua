-- One holder lets go of a seat or of a place in the queue: at once ("left"), or lost, and then it is kept for a while.
-- Or all of them do ("parted"), because the person left the room by another way: their sockets are told by a note.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
-- ARGV 3 user 4 holder "process.socket", or "" for a follower 5 "left", "lost" or "parted"
-- {'ok', present, seats offered now}
local user, holder = ARGV[3], ARGV[4]
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local at = now()
local kept, parted = {}, ARGV[5] == 'parted'
for word in string.gmatch(redis.call('HGET', KEYS[5], user) or '', '%S+') do
  if word ~= holder and not parted then kept[#kept + 1] = word end
end
if #kept > 0 then redis.call('HSET', KEYS[5], user, table.concat(kept, ' ')) else redis.call('HDEL', KEYS[5], user) end
if holder == '' then redis.call('ZREM', KEYS[6], user) end
if parted then redis.call('SPUBLISH', KEYS[12], 'P{"op":"parted","user":"' .. user .. '"}') end
local freed = 0
if #kept == 0 and redis.call('HEXISTS', KEYS[4], user) == 1 then
  if ARGV[5] == 'lost' then
    redis.call('ZADD', KEYS[6], 'GT', whole(at + RECONNECT_MS), user)
  else
    redis.call('ZREM', KEYS[6], user)
    freed = redis.call('HDEL', KEYS[4], user)
  end
elseif #kept == 0 and redis.call('HEXISTS', KEYS[9], user) == 1 then
  if ARGV[5] == 'lost' then
    if redis.call('ZSCORE', KEYS[8], user) then redis.call('ZADD', KEYS[10], whole(at + TICKET_MS), user) end
  else
    redis.call('HDEL', KEYS[9], user)
    redis.call('ZREM', KEYS[8], user)
    redis.call('ZREM', KEYS[10], user)
    redis.call('ZREM', KEYS[11], user)
    redis.call('SPUBLISH', KEYS[12], 'P{"op":"queue"}')
  end
end
freed = freed + lapse(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], at)
local present = redis.call('HLEN', KEYS[4])
if freed > 0 then
  redis.call('SPUBLISH', KEYS[12], 'P{"op":"present","count":' .. whole(present) .. ',"left":{"id":"' .. user .. '"}}')
end
return {'ok', present, redis.call('ZCARD', KEYS[11])}
