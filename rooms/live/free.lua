-- The white list: the record knows, let the gate know too.
-- KEYS 1 gate 2 free
-- ARGV 3 organization 4 user 5 "1" on, "0" off
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
redis.call(ARGV[5] == '1' and 'SADD' or 'SREM', KEYS[2], ARGV[4])
return {'ok'}
