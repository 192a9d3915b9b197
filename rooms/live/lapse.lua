-- Free the seats of a channel whose time is over.
-- KEYS 1 gate 2 seats 3 held 4 away 5 leases 6 feed
-- {'ok', freed, present}
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local freed = lapse(KEYS[2], KEYS[3], KEYS[4], KEYS[5], now())
local present = redis.call('HLEN', KEYS[2])
if freed > 0 then redis.call('SPUBLISH', KEYS[6], 'P{"op":"present","count":' .. whole(present) .. '}') end
return {'ok', freed, present}
