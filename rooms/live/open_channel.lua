-- Set a channel's head from the record, keeping the log where it is whole.
-- KEYS 1 rebuild 2 head 3 log 4 reads 5 places 6 7 8 seen 9 recalled 10 outside 11 allowed 12 edited 13 mentioned
--      14 reactions
-- ARGV 3 token of the lock 4 step
--   "look"                                        → {'ok', epoch, tip, talk, run id it was last opened under, or ''}
--   "keep" settings…                              the log goes on
--   "fork" epoch tip talk settings…               a new end of the log begins above tip; what lies there is dropped
--   "reads" user "seq n own" …  "places" user "epoch seq" …  "seen" user|client_id "epoch seq at" …
--   "outside" user seq …  "allowed" "right user" …, after "keep" or "fork" emptied it
--   "edited" seq, seq of its newest words …  "mentioned" user "seq seq …" …
--   "reactions" seq {"emoji": count} or "seq user" emojis …
--   "recalled" seq seq … (each twice: member and score)
-- settings are field value pairs of the head
if redis.call('GET', KEYS[1]) ~= ARGV[3] then return {'lost'} end
redis.call('PEXPIRE', KEYS[1], 10000)
local step = ARGV[4]
if step == 'look' then
  local head = redis.call('HMGET', KEYS[2], 'epoch', 'tip', 'talk', 'run')
  return {'ok', head[1] or '', head[2] or '', head[3] or '', head[4] or ''}
elseif step == 'keep' then
  redis.call('DEL', KEYS[11])
  redis.call('HSET', KEYS[2], unpack(ARGV, 5))
elseif step == 'fork' then
  redis.call('DEL', KEYS[11])
  local newest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
  local top = newest and tonumber(string.match(newest[1], '^%d+'))
  if top and top ~= tonumber(ARGV[6]) then redis.call('DEL', KEYS[3]) end
  redis.call('HSET', KEYS[2], 'epoch', ARGV[5], 'tip', ARGV[6], 'talk', ARGV[7], unpack(ARGV, 8))
  -- what was said above the tip is lost: other entries will have its numbers
  local tip, edits, names = tonumber(ARGV[6]), redis.call('HGETALL', KEYS[12]), redis.call('HGETALL', KEYS[13])
  for i = 1, #edits, 2 do
    if tonumber(edits[i + 1]) > tip then redis.call('HDEL', KEYS[12], edits[i]) end
  end
  for i = 1, #names, 2 do
    local kept = {}
    for word in string.gmatch(names[i + 1], '%S+') do
      if tonumber(string.match(word, '^%d+')) <= tip then kept[#kept + 1] = word end
    end
    redis.call('HSET', KEYS[13], names[i], table.concat(kept, ' '))
  end
  for _, field in ipairs(redis.call('HKEYS', KEYS[14])) do
    if tonumber(string.match(field, '^%d+')) > tip then redis.call('HDEL', KEYS[14], field) end
  end
elseif step == 'reads' then
  for i = 5, #ARGV, 2 do redis.call('HSETNX', KEYS[4], ARGV[i], ARGV[i + 1]) end
elseif step == 'recalled' then
  redis.call('ZADD', KEYS[9], unpack(ARGV, 5))
elseif step == 'edited' then
  for i = 5, #ARGV, 2 do
    if tonumber(redis.call('HGET', KEYS[12], ARGV[i]) or 0) < tonumber(ARGV[i + 1]) then
      redis.call('HSET', KEYS[12], ARGV[i], ARGV[i + 1])
    end
  end
elseif step == 'mentioned' or step == 'reactions' then
  local key = step == 'mentioned' and KEYS[13] or KEYS[14]
  for i = 5, #ARGV, 2 do redis.call('HSETNX', key, ARGV[i], ARGV[i + 1]) end
elseif step == 'outside' then
  for i = 5, #ARGV, 2 do redis.call('HSETNX', KEYS[10], ARGV[i], ARGV[i + 1]) end
elseif step == 'allowed' then
  redis.call('SADD', KEYS[11], unpack(ARGV, 5))
elseif step == 'places' then
  for i = 5, #ARGV, 2 do redis.call('HSETNX', KEYS[5], ARGV[i], ARGV[i + 1]) end
elseif step == 'seen' then
  local ring = math.floor(now() / 43200000)
  redis.call('HSET', KEYS[2], 'seen' .. (ring % 3), whole(ring))
  redis.call('HSET', KEYS[6 + ring % 3], unpack(ARGV, 5))
end
return {'ok'}
