-- A message that was held goes to the log: number, append, publish. Whether it may was decided by who let it through.
-- KEYS 1 gate 2 head 3 log 4 reads 5 6 7 seen 8 feed 9 dirty 10 places 11 mentioned
-- ARGV 3 organization 4 author 5 client_id 6 frame before the numbers 7 frame after them
--      8 who is named in it
-- {'ok', epoch, seq, at, repeated, followers}
local user = ARGV[4]
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
local head = redis.call('HMGET', KEYS[2], 'state', 'epoch', 'tip', 'talk', 'seen0', 'seen1', 'seen2')
if not head[1] then return no('not_found') end
local at = now()
local once, period = user .. '|' .. ARGV[5], bucket_of(at)
local ring, buckets = {KEYS[5], KEYS[6], KEYS[7]}, {head[5], head[6], head[7]}
local before = said_before(remembered(ring, buckets, {once}, period)[once])
if before then return before end
if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end

local when = whole(at)
local seq, ordinal = append(KEYS[2], KEYS[3], KEYS[8], head[2], head[3], head[4], 'message', user, 1, ARGV[6], ARGV[7], when)
remember(KEYS[2], ring, buckets, period, {once, head[2] .. ' ' .. seq .. ' ' .. when})
local text = redis.call('HGET', KEYS[4], user)
if text then
  redis.call('HSET', KEYS[4], user, own_words(text, head[3], head[4], seq, ordinal))
  redis.call('SADD', KEYS[9], user)
end
mention(KEYS[11], ARGV[8], seq, user)
return {'ok', head[2], seq, when, 0, redis.call('HLEN', KEYS[10])}
