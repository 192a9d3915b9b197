-- A web process says that it lives, and so that it holds its seats in this channel.
-- KEYS 1 gate 2 seats 3 held 4 away 5 leases 6 feed
-- ARGV 3 process 4 lease ms
-- {'ok', known}: 0 when the lease had been lost, and with it the seats, which the process must then take again
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local at = now()
local freed = lapse(KEYS[2], KEYS[3], KEYS[4], KEYS[5], at)
local known = redis.call('ZSCORE', KEYS[5], ARGV[3]) and 1 or 0
redis.call('ZADD', KEYS[5], whole(at + ARGV[4]), ARGV[3])
if freed > 0 then
  redis.call('SPUBLISH', KEYS[6], 'P{"op":"present","count":' .. whole(redis.call('HLEN', KEYS[2])) .. '}')
end
return {'ok', known}
