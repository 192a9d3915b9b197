-- A web process says that it lives, and so that it holds its seats in this channel.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
-- ARGV 3 process 4 lease ms
-- {'ok', known}: 0 when the lease had been lost, and with it the seats, which the process must then take again
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local at = now()
local freed = lapse(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], at)
local known = redis.call('ZSCORE', KEYS[7], ARGV[3]) and 1 or 0
redis.call('ZADD', KEYS[7], whole(at + ARGV[4]), ARGV[3])
if freed > 0 then
  redis.call('SPUBLISH', KEYS[12], 'P{"op":"present","count":' .. whole(redis.call('HLEN', KEYS[4])) .. '}')
end
return {'ok', known}
