-- Say something: check, number, append, publish. One act.
-- KEYS 1 gate 2 members 3 head 4 log 5 seats 6 reads 7 pace 8 away 9 places 10 11 12 seen 13 feed 14 dirty
--      15 sanctions 16 free 17 slow 18 echo 19 allowed 20 mentioned 21 recalled
-- ARGV 3 organization 4 user 5 client_id 6 operation 7 frame before the numbers 8 frame after them
--      9 ms between messages of a user 10 burst 11 ms between messages of the channel 12 burst 13 follower's idle ms
--      14 channel 15 digest of what is said, "" for what has none, "?" where the caller made none
--      16 frame after the numbers where it is folded 17 role that is given, or ""
--      18 users who are named, with spaces between, "*" for everybody, or "" 19 seq that is replied to, or ""
--      20 what the word lists ask for of each rank, from guest up: "-" nothing, "m" mask, "h" hold, "b" block, "u" block
--      and mute; or "" 21 22 23 24 the frame after the numbers with the words masked, for each rank, or ""
-- {'ok', epoch, seq, at, repeated, followers}, {'ok', "h", "b" or "u"} where the words stop it, or {'ok'} where the
-- channel's rules need a digest
local user, channel, burst, channel_burst = ARGV[4], ARGV[14], tonumber(ARGV[10]), tonumber(ARGV[12])
local gap, channel_gap = tonumber(ARGV[9]), tonumber(ARGV[11])
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
local head = redis.call('HMGET', KEYS[3], 'state', 'epoch', 'tip', 'talk', 'pace', 'ruled', 'seen0', 'seen1', 'seen2')
if not head[1] then return no('not_found') end

local at = now()
local once, period = user .. '|' .. ARGV[5], math.floor(at / 43200000)
for bucket = 0, 2 do
  if tonumber(head[7 + bucket] or 0) >= period - 2 then
    local before = redis.call('HGET', KEYS[10 + bucket], once)
    if before then
      local epoch, seq, said_at = string.match(before, '(%S+) (%d+) (%d+)')
      return {'ok', epoch, seq, said_at, 1, 0}
    end
  end
end
local staff = ARGV[17] ~= ''
local role = staff and ARGV[17] or redis.call('HGET', KEYS[2], user)
local banned, muted = sanctioned(KEYS[15], user, channel, at)
if banned then return no('banned', banned) end
if not role then return no('not_member') end
if not staff and redis.call('HEXISTS', KEYS[5], user) == 0 then return no('not_entered') end
if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end

-- most channels have no rules of their own: one field tells, and the others are not asked for
local rules = head[6] == '0' and {} or redis.call('HMGET', KEYS[3], 'post', 'muted_all', 'slow_seconds', 'fold_seconds',
  'guard_count', 'guard_seconds')
local trusted = RANK[role] >= RANK.moderator
local slow, fold, guard = tonumber(rules[3] or 0), tonumber(rules[4] or 0), tonumber(rules[5] or 0)
local free = trusted or ((rules[2] == '1' or slow > 0) and redis.call('SISMEMBER', KEYS[16], user) == 1)
if not allows(rules[1], 'post', role, KEYS[19], user) then return no('forbidden') end
if muted then return no('muted', muted) end
if rules[2] == '1' and not free then return no('muted_all') end
if slow > 0 and not free then
  local wait = tonumber(redis.call('HGET', KEYS[17], user) or 0) - at
  if wait > 0 then return no('slow_mode', wait) end
end
local due = math.max(at, tonumber(gap > 0 and redis.call('HGET', KEYS[7], user) or at))
if gap > 0 and due - at > gap * (burst - 1) then return no('rate_limited', due - at - gap * (burst - 1)) end
local channel_due = math.max(at, tonumber(head[5] or at))
if channel_gap > 0 and channel_due - at > channel_gap * (channel_burst - 1) then
  return no('rate_limited', channel_due - at - channel_gap * (channel_burst - 1))
end

if ARGV[19] ~= '' then
  local there = redis.call('XRANGE', KEYS[4], ARGV[19], ARGV[19])[1]
  local talk = not there or there[2][2] == 'message' or there[2][2] == 'announced'
  if tonumber(ARGV[19]) > tonumber(head[3]) or not talk or redis.call('ZSCORE', KEYS[21], ARGV[19]) then
    return no('not_found')
  end
end

local asked = string.sub(ARGV[20], RANK[role] + 1, RANK[role] + 1)
if asked == 'b' or asked == 'u' then return {'ok', asked} end
local digest, when = ARGV[15], whole(at)
local tail = asked ~= '' and ARGV[21 + RANK[role]] or ''
if tail == '' then tail = ARGV[8] end
if (guard > 0 or fold > 0) and digest == '?' then return {'ok'} end
if guard > 0 and digest ~= '' then
  local window = tonumber(rules[6] or 60) * 1000
  local said, since = string.match(redis.call('HGET', KEYS[18], digest) or '0 0', '(%d+) (%d+)')
  said, since = tonumber(said), tonumber(since)
  if trusted or at - since >= window then said, since = 0, at end
  if said >= guard then return no('duplicate', since + window - at) end
  redis.call('HSET', KEYS[18], digest, whole(said + 1) .. ' ' .. whole(since))
  redis.call('PEXPIRE', KEYS[18], 3600000, 'NX')
end
if gap > 0 then
  redis.call('HSET', KEYS[7], user, whole(due + gap))
  redis.call('PEXPIRE', KEYS[7], 60000)
end
if channel_gap > 0 then redis.call('HSET', KEYS[3], 'pace', whole(channel_due + channel_gap)) end
if slow > 0 and not free then
  redis.call('HSET', KEYS[17], user, whole(at + slow * 1000))
  redis.call('PEXPIRE', KEYS[17], slow * 1000)
end
if asked == 'h' then return {'ok', asked} end

if fold > 0 and digest ~= '' then
  local same, first, last = string.match(redis.call('HGET', KEYS[18], user) or '', '(%S+) (%d+) (%d+)')
  if same == digest and at - last < fold * 1000 then
    tail = ARGV[16] .. ',"repeat_of":' .. first .. '}'
  else
    first = whole(head[3] + 1)
  end
  redis.call('HSET', KEYS[18], user, digest .. ' ' .. first .. ' ' .. when)
  redis.call('PEXPIRE', KEYS[18], 3600000, 'NX')
end
local epoch, ring = head[2], period % 3
local seq, ordinal = append(KEYS[3], KEYS[4], KEYS[13], epoch, head[3], head[4], ARGV[6], user, 1, ARGV[7], tail, when)
if head[7 + ring] ~= whole(period) then
  redis.call('UNLINK', KEYS[10 + ring])
  redis.call('HSET', KEYS[3], 'seen' .. ring, whole(period))
end
redis.call('HSET', KEYS[10 + ring], once, epoch .. ' ' .. seq .. ' ' .. when)
if not staff then
  redis.call('HSET', KEYS[6], user, own_words(redis.call('HGET', KEYS[6], user), head[3], head[4], seq, ordinal))
  redis.call('SADD', KEYS[14], user)
end
for named in string.gmatch(ARGV[18], '%S+') do
  local seqs = (redis.call('HGET', KEYS[20], named) or '') .. ' ' .. (named == '*' and seq .. '/' .. user or seq)
  if #seqs > 1600 then seqs = string.match(seqs, '%s.*', -1600) end
  redis.call('HSET', KEYS[20], named, seqs)
end
if tonumber(ARGV[13]) > 0 then redis.call('ZADD', KEYS[8], 'GT', whole(at + ARGV[13]), user) end
return {'ok', epoch, seq, when, 0, redis.call('HLEN', KEYS[9])}
