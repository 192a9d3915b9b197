-- Rebuild a room's gate from the record, in steps that only the holder of the rebuild lock may take.
-- KEYS 1 gate 2 members 3 rebuild 4 sanctions 5 free 6 quiet
-- ARGV 3 token of the lock 4 step: "begin" with organization state private locked white_only; "members" with user role …;
--      "sanctions" with field until …; "free" with user …;
--      "quiet" with field until …; "ready"
-- {'ok'} or {'lost'} when somebody else has the lock
if redis.call('GET', KEYS[3]) ~= ARGV[3] then return {'lost'} end
redis.call('PEXPIRE', KEYS[3], 10000)
if ARGV[4] == 'begin' then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[4], KEYS[5], KEYS[6])
  redis.call('HSET', KEYS[1], 'organization', ARGV[5], 'state', ARGV[6], 'private', ARGV[7], 'locked', ARGV[8],
    'white_only', ARGV[9])
elseif ARGV[4] == 'members' then
  redis.call('HSET', KEYS[2], unpack(ARGV, 5))
elseif ARGV[4] == 'sanctions' then
  redis.call('HSET', KEYS[4], unpack(ARGV, 5))
elseif ARGV[4] == 'free' then
  redis.call('SADD', KEYS[5], unpack(ARGV, 5))
elseif ARGV[4] == 'quiet' then
  redis.call('HSET', KEYS[6], unpack(ARGV, 5))
elseif ARGV[4] == 'ready' then
  redis.call('HSET', KEYS[1], 'ready', READY)
  redis.call('DEL', KEYS[3])
end
return {'ok'}
