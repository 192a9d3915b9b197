-- An act of authority, or on one's own words, in one channel: judge, set the gate, append the entry. One act.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
--      13 reads 14 log 15 sanctions 16 recalled 17 dirty 18 outside 19 places
-- ARGV 3 organization 4 who acts 5 role that is given (staff), or "" 6 operation 7 counted 8 frame before the numbers
--      9 frame after them 10 whom it is about, or "" 11 the channel
--      12 effect: "" | "wide" (by the organization, which asked the record who may) |
--         "sanction" field until | "lift" field told anyway | "rules" field value … |
--         "recall" seq ms author at | "pin" seq on author, at most ten (author and at, where the log has the entry no
--         more)
--      13 … what the effect needs
-- {'ok', epoch, seq, at}, or {'ok', '', '0', at} when the effect stood already
local user, op, target, effect = ARGV[4], ARGV[6], ARGV[10], ARGV[12]
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
local head = redis.call('HMGET', KEYS[3], 'epoch', 'tip', 'talk', 'pins')
if gate[2] ~= ARGV[3] or not head[1] then return no('not_found') end
local at = now()
local role = ARGV[5] ~= '' and ARGV[5] or redis.call('HGET', KEYS[2], user)
if not role then return no('not_member') end
local rank, own = RANK[role], false
local banned, muted = false, false
if ARGV[5] == '' then banned, muted = sanctioned(KEYS[15], user, ARGV[11], at) end
if effect == 'recall' or effect == 'pin' then
  local entry = redis.call('XRANGE', KEYS[14], ARGV[13], ARGV[13])[1]
  local author, said = entry and entry[2][6] or ARGV[15], entry and entry[2][2] or 'message'
  if tonumber(ARGV[13]) > tonumber(head[2]) or author == '' then return no('not_found') end
  if said ~= 'message' and said ~= 'announced' then return no('not_found') end
  target = author
  own = author == user
  if effect == 'recall' and own and rank < RANK.moderator then
    local when = entry and tonumber(string.match(entry[2][10], '"at":(%d+)')) or tonumber(ARGV[16])
    if at - when > tonumber(ARGV[14]) then return no('forbidden') end
  end
end
if not (own and effect == 'recall') then
  if rank < RANK.moderator then return no('forbidden') end
  if banned then return no('banned', banned) end
  if muted and ARGV[7] == '1' then return no('muted', muted) end
end
if target ~= '' and target ~= user and effect ~= 'wide' then
  local other = RANK[redis.call('HGET', KEYS[2], target) or 'guest']
  if other >= rank and effect ~= 'pin' then return no('forbidden') end
end

if effect == 'sanction' then
  redis.call('HSET', KEYS[15], ARGV[13], ARGV[14])
elseif effect == 'lift' then
  if redis.call('HDEL', KEYS[15], ARGV[13]) == 0 and ARGV[14] ~= '1' then return {'ok', '', '0', whole(at)} end
elseif effect == 'rules' then
  redis.call('HSET', KEYS[3], 'ruled', '1', unpack(ARGV, 13))
elseif effect == 'recall' then
  if redis.call('ZADD', KEYS[16], ARGV[13], ARGV[13]) == 0 then return {'ok', '', '0', whole(at)} end
  local read, n, mine = reading(redis.call('HGET', KEYS[13], target))
  if read < tonumber(ARGV[13]) and mine > 0 then
    redis.call('HSET', KEYS[13], target, whole(read) .. ' ' .. whole(n) .. ' ' .. whole(mine - 1))
    redis.call('SADD', KEYS[17], target)
  end
elseif effect == 'pin' then
  local pins, there = {}, false
  for seq in string.gmatch(head[4] or '', '%d+') do
    if seq == ARGV[13] then there = true else pins[#pins + 1] = seq end
  end
  if there == (ARGV[14] == '1') then return {'ok', '', '0', whole(at)} end
  if ARGV[14] == '1' then pins[#pins + 1] = ARGV[13] end
  if #pins > 10 then return no('full') end
  redis.call('HSET', KEYS[3], 'pins', table.concat(pins, ' '))
end

local counted, when = tonumber(ARGV[7]), whole(at)
local seq, ordinal = append(KEYS[3], KEYS[14], KEYS[12], head[1], head[2], head[3], op, user, counted, ARGV[8], ARGV[9], when)
if counted == 1 and redis.call('HEXISTS', KEYS[13], user) == 1 then
  redis.call('HSET', KEYS[13], user, own_words(redis.call('HGET', KEYS[13], user), head[2], head[3], seq, ordinal))
  redis.call('SADD', KEYS[17], user)
end
if op == 'kicked' or op == 'banned' then
  redis.call('HSETNX', KEYS[18], target, whole(seq))  -- who was out already reads no further than they did
  put_out(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], target, at)
  redis.call('HDEL', KEYS[19], target)
end
return {'ok', head[1], seq, when}
