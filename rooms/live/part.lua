-- A member has left for good (the record knows): close the gate. Seats are given up channel by channel.
-- KEYS 1 gate 2 members
-- ARGV 3 user
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
redis.call('HDEL', KEYS[2], ARGV[3])
return {'ok'}
