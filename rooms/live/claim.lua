-- Something to be done once: the first to come begins it, the others hear that it is under way, or what came of it.
-- Who began and died loses it after the lease. KEYS 1 the thing 2 a hash about the one it concerns (same slot)
-- ARGV 3 who asks 4 lease ms 5 ms for which the hash is kept 6… fields and values to set there on beginning
-- {'ok', 'done', what came of it}, {'ok', 'busy'}, or {'ok', 'begun', field, value, …} of the whole hash
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, 1) == '=' then return {'ok', 'done', string.sub(held, 2)} end
if held and held ~= '?' .. ARGV[3] then return {'ok', 'busy'} end
redis.call('SET', KEYS[1], '?' .. ARGV[3], 'PX', ARGV[4])
if #ARGV > 5 then
  redis.call('HSET', KEYS[2], unpack(ARGV, 6))
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
return {'ok', 'begun', unpack(redis.call('HGETALL', KEYS[2]))}
