-- Free the seats, tickets and offers of a channel whose time is over.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
-- {'ok', freed, present, waiting or offered, seats offered now}
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local freed = lapse(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], now())
local present = redis.call('HLEN', KEYS[4])
if freed > 0 then redis.call('SPUBLISH', KEYS[12], 'P{"op":"present","count":' .. whole(present) .. '}') end
return {'ok', freed, present, redis.call('HLEN', KEYS[9]), redis.call('ZCARD', KEYS[11])}
