-- Other words for one's own message: the entry stays, a new one says what it reads now.
-- KEYS 1 gate 2 members 3 head 4 log 5 feed 6 sanctions 7 recalled 8 edited 9 free 10 allowed 11 outside
-- ARGV 3 organization 4 user 5 channel 6 seq 7 frame before the numbers 8 frame after them 9 ms for which one may
-- {'ok', epoch, seq, at}
local user, seq = ARGV[4], ARGV[6]
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state')
if gate[1] ~= READY then return {'closed'} end
local head = redis.call('HMGET', KEYS[3], 'epoch', 'tip', 'talk', 'state', 'muted_all', 'see', 'post', 'pair')
if gate[2] ~= ARGV[3] or not head[1] then return no('not_found') end
if of_others(head[8], user) then return no('not_found') end
local at = now()
local role = redis.call('HGET', KEYS[2], user)
local banned, muted = sanctioned(KEYS[6], user, ARGV[5], at)
if banned then return no('banned', banned) end
if not role then return no('not_member') end
if not allows(head[6], 'see', role, KEYS[10], user) then return no('not_found') end
if not allows(head[7], 'post', role, KEYS[10], user) then return no('forbidden') end
if gate[3] ~= 'open' or head[4] ~= 'open' then return no('closed') end
if muted then return no('muted', muted) end
if head[5] == '1' and RANK[role] < RANK.moderator and redis.call('SISMEMBER', KEYS[9], user) == 0 then
  return no('muted_all')
end
if redis.call('HEXISTS', KEYS[11], user) == 1 then return no('not_entered') end
if tonumber(seq) > tonumber(head[2]) or redis.call('ZSCORE', KEYS[7], seq) then return no('not_found') end
local entry = redis.call('XRANGE', KEYS[4], seq, seq)[1]
if not entry then return no('forbidden') end
if entry[2][2] ~= 'message' then return no('not_found') end
local said = tonumber(string.match(entry[2][10], '"at":(%d+)')) or 0
if entry[2][6] ~= user or at - said > tonumber(ARGV[9]) then return no('forbidden') end

local number = append(KEYS[3], KEYS[4], KEYS[5], head[1], head[2], head[3], 'edited', user, 0, ARGV[7], ARGV[8], whole(at))
redis.call('HSET', KEYS[8], seq, number)
return {'ok', head[1], number, whole(at)}
