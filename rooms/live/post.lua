-- Say something; with it goes what others say in this channel in the same round trip, each judged for itself, in order:
-- check, number, append, publish. One act.
-- KEYS 1 gate 2 members 3 head 4 log 5 seats 6 reads 7 pace 8 away 9 places 10 11 12 seen 13 feed 14 dirty
--      15 sanctions 16 free 17 slow 18 echo 19 allowed 20 mentioned 21 recalled
-- ARGV 3 organization 4 channel 5 ms between messages of a user 6 burst 7 ms between messages of the channel 8 burst
--      then four for each message: user, client_id, frame after the numbers, and what few messages have, "" for nothing,
--      else msgpack of {idle: ms until a follower counts as gone, digest: of what is said ("" for what has none; where
--      it is missing the caller made none), folded: frame after the numbers where it is folded, role: that is given,
--      named: users with spaces between, "*" for everybody, reply_to: seq, asked: what the word lists ask for of each
--      rank, from guest up ("-" nothing, "m" mask, "h" hold, "b" block, "u" block and mute), masked: the frame after
--      the numbers with the words masked, for each rank, or ""}
-- One answer a message: {'ok', epoch, seq, at, repeated, followers}, {'ok', "h", "b" or "u"} where the words stop it,
-- or {'ok'} where the channel's rules need a digest
local FIRST, EACH = 9, 4
local channel = ARGV[4]
local gap, burst, channel_gap, channel_burst = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

local function all(answer)
  local answers = {}
  for i = FIRST, #ARGV, EACH do answers[#answers + 1] = answer end
  return answers
end

-- the fields of a hash by their names; false where there is none
local function several(key, fields)
  local values, found = redis.call('HMGET', key, unpack(fields)), {}
  for i, field in ipairs(fields) do found[field] = values[i] end
  return found
end

local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization', 'state')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return all(no('not_found')) end
local head = redis.call('HMGET', KEYS[3], 'state', 'epoch', 'tip', 'talk', 'pace', 'ruled', 'seen0', 'seen1', 'seen2')
if not head[1] then return all(no('not_found')) end

local at, users, onces, rares, NOTHING = now(), {}, {}, {}, {}
for i = FIRST, #ARGV, EACH do  -- whatever could fail does so here, before anything is written
  users[#users + 1] = ARGV[i]
  onces[#onces + 1] = ARGV[i] .. '|' .. ARGV[i + 1]
  rares[#rares + 1] = ARGV[i + 3] == '' and NOTHING or cmsgpack.unpack(ARGV[i + 3])
end
local when, period = whole(at), bucket_of(at)
local ring, buckets = {KEYS[10], KEYS[11], KEYS[12]}, {head[7], head[8], head[9]}
local seen = remembered(ring, buckets, onces, period)
local roles, seats, reads = several(KEYS[2], users), several(KEYS[5], users), several(KEYS[6], users)
local paces = gap > 0 and several(KEYS[7], users) or {}
local sanctions = redis.call('EXISTS', KEYS[15]) == 1
-- most channels have no rules of their own: one field tells, and the others are not asked for
local rules = head[6] == '0' and {} or redis.call('HMGET', KEYS[3], 'post', 'muted_all', 'slow_seconds', 'fold_seconds',
  'guard_count', 'guard_seconds')
local slow, fold, guard = tonumber(rules[3] or 0), tonumber(rules[4] or 0), tonumber(rules[5] or 0)
local epoch, tip, talk, pace = head[2], head[3], head[4], tonumber(head[5] or at)
local followers = redis.call('HLEN', KEYS[9])
-- what is written at the end, once for all
local lines, noted, read_on, paced, spent = {}, {}, {}, {}, false

local function say(user, once, tail, rare)
  local known = said_before(seen[once])
  if known then return known end
  if seen[once] == 'h' then return {'ok', 'h'} end
  local staff = rare.role ~= nil
  local role = rare.role or roles[user]
  local banned, muted
  if sanctions then banned, muted = sanctioned(KEYS[15], user, channel, at) end
  if banned then return no('banned', banned) end
  if not role then return no('not_member') end
  if not staff and not seats[user] then return no('not_entered') end
  if gate[3] ~= 'open' or head[1] ~= 'open' then return no('closed') end

  local trusted = RANK[role] >= RANK.moderator
  local free = trusted or ((rules[2] == '1' or slow > 0) and redis.call('SISMEMBER', KEYS[16], user) == 1)
  if not allows(rules[1], 'post', role, KEYS[19], user) then return no('forbidden') end
  if muted then return no('muted', muted) end
  if rules[2] == '1' and not free then return no('muted_all') end
  if slow > 0 and not free then
    local wait = tonumber(redis.call('HGET', KEYS[17], user) or 0) - at
    if wait > 0 then return no('slow_mode', wait) end
  end
  local due = math.max(at, tonumber(paces[user] or at))
  if gap > 0 and due - at > gap * (burst - 1) then return no('rate_limited', due - at - gap * (burst - 1)) end
  local channel_due = math.max(at, pace)
  if channel_gap > 0 and channel_due - at > channel_gap * (channel_burst - 1) then
    return no('rate_limited', channel_due - at - channel_gap * (channel_burst - 1))
  end

  if rare.reply_to then
    local of = whole(rare.reply_to)
    local there = redis.call('XRANGE', KEYS[4], of, of)[1]
    local talks = not there or there[2][2] == 'message' or there[2][2] == 'announced'
    if rare.reply_to > tonumber(tip) or not talks or redis.call('ZSCORE', KEYS[21], of) then
      return no('not_found')
    end
  end

  local rank = RANK[role] + 1
  local asked = rare.asked and string.sub(rare.asked, rank, rank) or ''
  if asked == 'b' or asked == 'u' then return {'ok', asked} end
  if asked ~= '' and rare.masked and rare.masked[rank] ~= '' then tail = rare.masked[rank] end
  local digest = rare.digest
  if (guard > 0 or fold > 0) and not digest then return {'ok'} end
  if guard > 0 and digest ~= '' then
    local window = tonumber(rules[6] or 60) * 1000
    local count, since = string.match(redis.call('HGET', KEYS[18], digest) or '0 0', '(%d+) (%d+)')
    count, since = tonumber(count), tonumber(since)
    if trusted or at - since >= window then count, since = 0, at end
    if count >= guard then return no('duplicate', since + window - at) end
    redis.call('HSET', KEYS[18], digest, whole(count + 1) .. ' ' .. whole(since))
    redis.call('PEXPIRE', KEYS[18], 3600000, 'NX')
  end
  if gap > 0 then paces[user], paced[user] = due + gap, true end
  if channel_gap > 0 then pace, spent = channel_due + channel_gap, true end
  if slow > 0 and not free then
    redis.call('HSET', KEYS[17], user, whole(at + slow * 1000))
    redis.call('PEXPIRE', KEYS[17], slow * 1000)
  end
  if asked == 'h' then
    seen[once], noted[#noted + 1], noted[#noted + 2] = 'h', once, 'h'
    return {'ok', 'h'}
  end

  if fold > 0 and digest ~= '' then
    local same, first, last = string.match(redis.call('HGET', KEYS[18], user) or '', '(%S+) (%d+) (%d+)')
    if same == digest and at - last < fold * 1000 and rare.folded then
      tail = rare.folded .. ',"repeat_of":' .. first .. '}'
    else
      first = whole(tip + 1)
    end
    redis.call('HSET', KEYS[18], user, digest .. ' ' .. first .. ' ' .. when)
    redis.call('PEXPIRE', KEYS[18], 3600000, 'NX')
  end

  local seq, ordinal = whole(tip + 1), whole(talk + 1)
  lines[#lines + 1] = logged(KEYS[4], epoch, seq, 'message', user, ordinal,
    '{"op":"message","channel":"' .. channel .. '"', when, tail)
  if not staff then
    reads[user] = own_words(reads[user], tip, talk, seq, ordinal)
    read_on[user] = true
  end
  tip, talk = seq, ordinal
  seen[once] = epoch .. ' ' .. seq .. ' ' .. when
  noted[#noted + 1], noted[#noted + 2] = once, seen[once]
  if rare.named then mention(KEYS[20], rare.named, seq, user) end
  if rare.idle then redis.call('ZADD', KEYS[8], 'GT', whole(at + rare.idle), user) end
  return {'ok', epoch, seq, when, 0, followers}
end

local answers = {}
for i, once in ipairs(onces) do
  answers[i] = say(users[i], once, ARGV[FIRST + (i - 1) * EACH + 2], rares[i])
end

if next(paced) then
  local fields = {}
  for user in pairs(paced) do fields[#fields + 1], fields[#fields + 2] = user, whole(paces[user]) end
  redis.call('HSET', KEYS[7], unpack(fields))
  redis.call('PEXPIRE', KEYS[7], 60000)
end
if #noted > 0 then remember(KEYS[3], ring, buckets, period, noted) end
if next(read_on) then
  local fields, names = {}, {}
  for user in pairs(read_on) do
    fields[#fields + 1], fields[#fields + 2], names[#names + 1] = user, reads[user], user
  end
  redis.call('HSET', KEYS[6], unpack(fields))
  redis.call('SADD', KEYS[14], unpack(names))
end
if spent then redis.call('HSET', KEYS[3], 'pace', whole(pace)) end
if #lines > 0 then
  redis.call('HSET', KEYS[3], 'tip', tip, 'talk', talk)
  redis.call('SPUBLISH', KEYS[13], 'E' .. table.concat(lines, '\n'))
end
return answers
