-- A member is known to the record: let the gate know too.
-- KEYS 1 gate 2 members
-- ARGV 3 organization 4 user 5 role
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
return {'ok'}
