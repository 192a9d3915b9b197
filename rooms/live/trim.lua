-- The record holds everything up to seq: forget what is older than the tail that readers may still want from here.
-- KEYS 1 gate 2 head 3 log
-- ARGV 3 archived seq 4 entries to keep at least 5 how old (ms) an entry may be and still be kept 6 most entries to keep
-- {'ok', length}
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
local archived = math.max(tonumber(ARGV[3]), tonumber(redis.call('HGET', KEYS[2], 'archived') or 0))
redis.call('HSET', KEYS[2], 'archived', whole(archived))
local tip = tonumber(redis.call('HGET', KEYS[2], 'tip') or 0)
local first = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
if not first then return {'ok', 0} end
local oldest = tonumber(string.match(first[1], '^%d+'))
-- the newest seq that may go: below the archive, outside the tail, and old (found by halving, seqs have no holes)
local last = math.min(archived, tip - tonumber(ARGV[4]))
local young = now() - ARGV[5]
local low, high = oldest, last
while low <= high do
  local middle = math.floor((low + high) / 2)
  local entry = redis.call('XRANGE', KEYS[3], whole(middle), whole(middle))[1]
  local at = entry and tonumber(string.match(entry[2][10], '"at":(%d+)')) or 0
  if at < young then low = middle + 1 else high = middle - 1 end
end
local floor = math.max(high, math.min(last, tip - tonumber(ARGV[6])))
if floor >= oldest then redis.call('XTRIM', KEYS[3], 'MINID', whole(floor + 1)) end
return {'ok', redis.call('XLEN', KEYS[3])}
