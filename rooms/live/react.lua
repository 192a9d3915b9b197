-- An emoji under a message, or away from it. A counter, not an entry: it passes, and what stands is told with the message.
-- KEYS 1 gate 2 members 3 head 4 log 5 feed 6 sanctions 7 recalled 8 reactions 9 reacted 10 allowed
--      11 outside
-- ARGV 3 organization 4 user 5 channel 6 seq 7 emoji 8 "1" on 9 how far below the tip one may
--      10 most emojis of one person 11 most kinds at one message 12 most people at one message
-- {'ok', {"emoji": count} or ''}
local user, seq, emoji = ARGV[4], ARGV[6], ARGV[7]
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state')
if gate[1] ~= READY then return {'closed'} end
local head = redis.call('HMGET', KEYS[3], 'tip', 'state', 'see', 'pair')
if gate[2] ~= ARGV[3] or not head[1] then return no('not_found') end
if of_others(head[4], user) then return no('not_found') end
local banned, muted = sanctioned(KEYS[6], user, ARGV[5], now())
if banned then return no('banned', banned) end
local role = redis.call('HGET', KEYS[2], user)
if not role then return no('not_member') end
if not allows(head[3], 'see', role, KEYS[10], user) then return no('not_found') end
if gate[3] ~= 'open' or head[2] ~= 'open' then return no('closed') end
if muted then return no('muted', muted) end
if redis.call('HEXISTS', KEYS[11], user) == 1 then return no('not_entered') end
local tip = tonumber(head[1])
if tonumber(seq) > tip or redis.call('ZSCORE', KEYS[7], seq) then return no('not_found') end
if tonumber(seq) <= tip - ARGV[9] then return no('forbidden') end
local entry = redis.call('XRANGE', KEYS[4], seq, seq)[1]
if entry and entry[2][2] ~= 'message' and entry[2][2] ~= 'announced' then return no('not_found') end

local field = seq .. ' ' .. user
local standing = redis.call('HMGET', KEYS[8], seq, field)
local counts = standing[1] and cjson.decode(standing[1]) or {}
local mine, there, kinds, people = {}, false, 0, 0
for one in string.gmatch(standing[2] or '', '%S+') do
  if one == emoji then there = true else mine[#mine + 1] = one end
end
if there == (ARGV[8] == '1') then return {'ok', standing[1] or ''} end
for _, count in pairs(counts) do kinds, people = kinds + 1, people + count end
if ARGV[8] == '1' then
  if #mine >= tonumber(ARGV[10]) or people >= tonumber(ARGV[12]) then return no('full') end
  if not counts[emoji] and kinds >= tonumber(ARGV[11]) then return no('full') end
  mine[#mine + 1] = emoji
  counts[emoji] = (counts[emoji] or 0) + 1
else
  counts[emoji] = counts[emoji] and counts[emoji] > 1 and counts[emoji] - 1 or nil
end
if #mine > 0 then redis.call('HSET', KEYS[8], field, table.concat(mine, ' ')) else redis.call('HDEL', KEYS[8], field) end
local told = next(counts) and cjson.encode(counts) or ''
if told ~= '' then redis.call('HSET', KEYS[8], seq, told) else redis.call('HDEL', KEYS[8], seq) end
redis.call('SADD', KEYS[9], field)
redis.call('SPUBLISH', KEYS[5], 'P{"op":"reacted","seq":' .. seq .. ',"counts":' .. (told ~= '' and told or '{}') .. '}')
return {'ok', told}
