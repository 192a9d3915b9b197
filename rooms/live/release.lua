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
local once, period = user .. '|' .. ARGV[5], math.floor(at / 43200000)
for bucket = 0, 2 do
  if tonumber(head[5 + bucket] or 0) >= period - 2 then
    local before = redis.call('HGET', KEYS[5 + bucket], once)
    if before then
      local epoch, seq, said_at = string.match(before, '(%S+) (%d+) (%d+)')
      return {'ok', epoch, seq, said_at, 1, 0}
    end
  end
end
if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end

local ring, when = period % 3, whole(at)
local seq, ordinal = append(KEYS[2], KEYS[3], KEYS[8], head[2], head[3], head[4], 'message', user, 1, ARGV[6], ARGV[7], when)
if head[5 + ring] ~= whole(period) then
  redis.call('UNLINK', KEYS[5 + ring])
  redis.call('HSET', KEYS[2], 'seen' .. ring, whole(period))
end
redis.call('HSET', KEYS[5 + ring], once, head[2] .. ' ' .. seq .. ' ' .. when)
local text = redis.call('HGET', KEYS[4], user)
if text then
  redis.call('HSET', KEYS[4], user, own_words(text, head[3], head[4], seq, ordinal))
  redis.call('SADD', KEYS[9], user)
end
for named in string.gmatch(ARGV[8], '%S+') do
  local seqs = (redis.call('HGET', KEYS[11], named) or '') .. ' ' .. (named == '*' and seq .. '/' .. user or seq)
  if #seqs > 1600 then seqs = string.match(seqs, '%s.*', -1600) end
  redis.call('HSET', KEYS[11], named, seqs)
end
return {'ok', head[2], seq, when, 0, redis.call('HLEN', KEYS[10])}
