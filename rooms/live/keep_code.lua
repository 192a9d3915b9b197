-- A code was made: from now on only this one counts for its person and purpose.
-- KEYS 1 the code
-- ARGV 3 digest 4 what it is about, sealed 5 ms it lives
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'digest', ARGV[3], 'about', ARGV[4], 'until', whole(now() + ARGV[5]), 'tries', '0')
redis.call('PEXPIRE', KEYS[1], ARGV[5] * 2)
return {'ok'}
