-- A sanction that holds in the whole room, set or lifted at its gate (the entries are each channel's).
-- KEYS 1 gate 2 sanctions 3 members
-- ARGV 3 organization 4 field 5 until, or "" to lift 6 a member to put out, or ""
-- {'ok', 1 where it stood and is lifted}
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
local lifted = 0
if ARGV[5] == '' then lifted = redis.call('HDEL', KEYS[2], ARGV[4]) else redis.call('HSET', KEYS[2], ARGV[4], ARGV[5]) end
if ARGV[6] ~= '' then redis.call('HDEL', KEYS[3], ARGV[6]) end
return {'ok', lifted}
