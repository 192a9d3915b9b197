-- A follower has been told everything up to seq: move the place, never backwards within an epoch.
-- KEYS 1 gate 2 places 3 dirty
-- ARGV 3 user 4 epoch 5 seq 6 "1" to begin listening here where no place is known
-- {'ok', epoch, seq}
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local epoch, seq = string.match(redis.call('HGET', KEYS[2], ARGV[3]) or '', '(%S+) (%d+)')
if not epoch and ARGV[6] ~= '1' then return {'ok', '', '0'} end
if epoch and (epoch == ARGV[4] and tonumber(seq) >= tonumber(ARGV[5])) then return {'ok', epoch, seq} end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4] .. ' ' .. ARGV[5])
redis.call('SADD', KEYS[3], ARGV[3])
return {'ok', ARGV[4], ARGV[5]}
