-- Somebody does not want to be disturbed, or does again: the record knows, let the gate know too.
-- KEYS 1 gate 2 members 3 quiet
-- ARGV 3 organization 4 user 5 field 6 until, or "" to end it
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
if not redis.call('HGET', KEYS[2], ARGV[4]) then return no('not_member') end
if ARGV[6] == '' then redis.call('HDEL', KEYS[3], ARGV[5]) else redis.call('HSET', KEYS[3], ARGV[5], ARGV[6]) end
return {'ok'}
