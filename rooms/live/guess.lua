-- Judge a code that somebody typed. Every guess counts before it is judged, and the right one ends the code.
-- KEYS 1 the code: hash of digest, until (ms), tries, about
-- ARGV 3 digest of the guess 4 most tries
-- {'ok', about}, {'wrong', tries left}, or {'ended'} where there is no such code, or no longer
local code = redis.call('HMGET', KEYS[1], 'digest', 'until', 'about')
if not code[1] or tonumber(code[2]) <= now() then return {'ended'} end
local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
if tries > tonumber(ARGV[4]) then return {'ended'} end
if code[1] ~= ARGV[3] then return {'wrong', whole(ARGV[4] - tries)} end
redis.call('DEL', KEYS[1])
return {'ok', code[3]}
