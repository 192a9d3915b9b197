-- Delete a key only while it holds the value one knows.
-- KEYS 1 the key
-- ARGV 3 the value
if redis.call('GET', KEYS[1]) == ARGV[3] then return {'ok', redis.call('DEL', KEYS[1])} end
return {'ok', 0}
