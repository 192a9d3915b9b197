#!lua
-- What every verb begins with. ARGV[1] is the ready mark that the caller's connection stands for ("run id/generation"),
-- ARGV[2] an offset in milliseconds that only tests set. Redis' own clock is the only clock of the rules.
-- A verb answers {'ok', …}, {'no', code, wait in ms}, or {'closed'} when the room's gates must be rebuilt first.

local READY, OFFSET = ARGV[1], tonumber(ARGV[2])
local RECONNECT_MS = 30000
local TICKET_MS = 600000
local HOLD_MS, HOLD_AWAY_MS = 30000, 180000
local RANK = {guest = 0, member = 1, moderator = 2, owner = 3}

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + OFFSET
end

-- exact up to 2^53; %d is several times faster than %.0f, and there is one for every number that is written
local function whole(number)
  return string.format('%d', number)
end

local function no(code, wait)
  return {'no', code, wait and whole(math.ceil(wait)) or '0'}
end

-- "seq n own" of a reader; nothing read yet counts from the channel's beginning
local function reading(text)
  local seq, n, own = string.match(text or '0 0 0', '(%d+) (%d+) (%d+)')
  return tonumber(seq), tonumber(n), tonumber(own)
end

-- For how many ms more the longest of three ends in found[first …] holds (0: no end is set), nil where none does.
-- Sanctions end by themselves; they are only asked, never swept.
local function holds(found, first, at)
  local longest
  for i = first, first + 2 do
    local till = tonumber(found[i] or nil)
    if till == 0 then return 0 end
    if till and till > at then longest = math.max(longest or 0, till - at) end
  end
  return longest
end

-- The ban and the mute that hold of somebody, the channel's, the room's or the organization's ("*").
local function sanctioned(sanctions, user, channel, at)
  local here = user .. ':' .. channel
  local found = redis.call('HMGET', sanctions, 'b:' .. user, 'b:' .. here, 'b:' .. user .. ':*',
    'm:' .. user, 'm:' .. here, 'm:' .. user .. ':*')
  return holds(found, 1, at), holds(found, 4, at)
end

-- Whether a channel's rule for this right (see, enter, post) lets somebody with this role: "list" means who is on the
-- channel's list, and moderators; a role means that role and those above it.
local function allows(rule, right, role, allowed, user)
  if rule == 'list' then
    return RANK[role] >= RANK.moderator or redis.call('SISMEMBER', allowed, right .. ' ' .. user) == 1
  end
  return RANK[role] >= (RANK[rule] or 0)
end

-- Whether a channel is of two others: pair names its two with a space between, and is false where it is no channel of two.
local function of_others(pair, user)
  return pair and not string.find(' ' .. pair .. ' ', ' ' .. user .. ' ', 1, true)
end

-- Appends a numbered entry to the log. Returns the line that tells of it on the feed: a frame never holds a line's end.
local function logged(log, epoch, seq, op, user, ordinal, before, at, after)
  local frame = before .. ',"epoch":"' .. epoch .. '","seq":' .. seq .. ',"at":' .. at .. after
  redis.call('XADD', log, seq .. '-0', 'o', op, 'e', epoch, 'u', user, 'n', ordinal, 'f', frame)
  return seq .. ' ' .. epoch .. ' ' .. op .. ' ' .. frame
end

-- Numbers an entry, appends it to the log and publishes it. tip and talk are those before it. Returns seq and talk as texts.
local function append(key, log, feed, epoch, tip, talk, op, user, counted, before, after, at)
  local seq, ordinal = whole(tip + 1), whole(talk + counted)
  local line = logged(log, epoch, seq, op, user, ordinal, before, at, after)
  redis.call('HSET', key, 'tip', seq, 'talk', ordinal)
  redis.call('SPUBLISH', feed, 'E' .. line)
  return seq, ordinal
end

-- Client ids are remembered for a day, in a ring of three buckets of twelve hours.
local function bucket_of(at)
  return math.floor(at / 43200000)
end

-- What is remembered of each "user|client_id" in onces: "epoch seq at", or "h" while it waits for a review.
-- buckets[i] is the period that the ring's i-th hash holds.
local function remembered(ring, buckets, onces, period)
  local found = {}
  for i = 1, 3 do
    if tonumber(buckets[i] or 0) >= period - 2 then
      local values = redis.call('HMGET', ring[i], unpack(onces))
      for j, once in ipairs(onces) do
        if values[j] and (not found[once] or found[once] == 'h') then found[once] = values[j] end
      end
    end
  end
  return found
end

-- noted is once, what, once, what …
local function remember(head, ring, buckets, period, noted)
  local place = period % 3
  if buckets[place + 1] ~= whole(period) then
    redis.call('UNLINK', ring[place + 1])
    redis.call('HSET', head, 'seen' .. place, whole(period))
  end
  redis.call('HSET', ring[place + 1], unpack(noted))
end

-- The answer to somebody whose words have their number already; nil where they have none
local function said_before(what)
  local epoch, seq, at = string.match(what or '', '(%S+) (%d+) (%d+)')
  return epoch and {'ok', epoch, seq, at, 1, 0}
end

-- The newest messages that name somebody ("*": everybody, with their author)
local function mention(key, named, seq, user)
  for name in string.gmatch(named, '%S+') do
    local seqs = (redis.call('HGET', key, name) or '') .. ' ' .. (name == '*' and seq .. '/' .. user or seq)
    if #seqs > 1600 then seqs = string.match(seqs, '%s.*', -1600) end
    redis.call('HSET', key, name, seqs)
  end
end

-- Somebody's place when their own counted entry is appended: who had read everything has read this too.
-- tip and talk are those before it, seq and ordinal its own.
local function own_words(text, tip, talk, seq, ordinal)
  if text == tip .. ' ' .. talk .. ' 0' then return seq .. ' ' .. ordinal .. ' 0' end
  local read, n, own = reading(text)
  if n + own == tonumber(talk) then return seq .. ' ' .. ordinal .. ' 0' end
  return whole(read) .. ' ' .. whole(n) .. ' ' .. whole(own + 1)
end

-- Whether a channel that lets in so many a second would let in one more now, and when the next after that is due.
-- head holds rush (ms between enters, 0 for no limit), rush_burst, and enter_pace.
local function admits(head, at)
  local rush = redis.call('HMGET', head, 'rush', 'rush_burst', 'enter_pace')
  local gap, pace = tonumber(rush[1] or 0), math.max(at, tonumber(rush[3] or at))
  return gap == 0 or pace - at <= gap * (tonumber(rush[2] or 1) - 1), gap, pace + gap
end

-- Hands free seats to those who wait, first come first served within their class, and no faster than the channel lets
-- people in. Publishes each offer.
local function hand_on(head, seats, queue, tickets, waiting, offers, feed, at)
  local capacity = tonumber(redis.call('HGET', head, 'capacity') or 0)
  while redis.call('ZCARD', queue) > 0
      and (capacity == 0 or redis.call('HLEN', seats) + redis.call('ZCARD', offers) < capacity) do
    local admitted, gap, pace = admits(head, at)
    if not admitted then return end
    if gap > 0 then redis.call('HSET', head, 'enter_pace', whole(pace)) end
    local user = redis.call('ZRANGE', queue, 0, 0)[1]
    redis.call('ZREM', queue, user)
    local ticket = string.match(redis.call('HGET', tickets, user) or '', '^%S+')
    if ticket then
      local away = redis.call('ZSCORE', waiting, user)
      local hold = away and HOLD_AWAY_MS or HOLD_MS
      redis.call('ZREM', waiting, user)
      redis.call('ZADD', offers, whole(at + hold), user)
      redis.call('SPUBLISH', feed, 'P{"op":"seat","user":"' .. user .. '","ticket":"' .. ticket ..
        '","hold_seconds":' .. whole(hold / 1000) .. ',"away":' .. (away and 'true' or 'false') .. '}')
    end
  end
end

-- Puts somebody out of a channel: the seat, the place in the queue, what was offered. Publishes that they left.
local function put_out(head, seats, held, away, queue, tickets, waiting, offers, feed, user, at)
  for _, key in ipairs({away, queue, waiting, offers}) do redis.call('ZREM', key, user) end
  redis.call('HDEL', held, user)
  redis.call('HDEL', tickets, user)
  if redis.call('HDEL', seats, user) == 1 then
    redis.call('SPUBLISH', feed, 'P{"op":"present","count":' .. whole(redis.call('HLEN', seats)) ..
      ',"left":{"id":"' .. user .. '"}}')
  end
  hand_on(head, seats, queue, tickets, waiting, offers, feed, at)
end

-- Frees what time has ended: seats, seats of dead processes (they get the time to come back), tickets, offers.
-- What is freed is handed on at once. KEYS of a channel come in this order wherever seats are touched.
-- Returns how many seats were freed.
local function lapse(head, seats, held, away, leases, queue, tickets, waiting, offers, feed, at)
  for _, process in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', at)) do
    local ended = tonumber(redis.call('ZSCORE', leases, process))
    local all = redis.call('HGETALL', held)
    for i = 1, #all, 2 do
      local kept = {}
      for word in string.gmatch(all[i + 1], '%S+') do
        if string.sub(word, 1, #process + 1) ~= process .. '.' then kept[#kept + 1] = word end
      end
      if #kept == 0 then
        redis.call('HDEL', held, all[i])
        if redis.call('HEXISTS', seats, all[i]) == 1 then
          redis.call('ZADD', away, 'GT', whole(ended + RECONNECT_MS), all[i])
        else
          redis.call('ZADD', waiting, whole(ended + TICKET_MS), all[i])
        end
      elseif #kept ~= select(2, string.gsub(all[i + 1], '%S+', '')) then
        redis.call('HSET', held, all[i], table.concat(kept, ' '))
      end
    end
    redis.call('ZREM', leases, process)
  end
  local freed = 0
  for _, user in ipairs(redis.call('ZRANGEBYSCORE', away, '-inf', at, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', away, user)
    if redis.call('HEXISTS', held, user) == 0 then freed = freed + redis.call('HDEL', seats, user) end
  end
  for _, user in ipairs(redis.call('ZRANGEBYSCORE', waiting, '-inf', at, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', waiting, user)
    redis.call('ZREM', queue, user)
    redis.call('HDEL', tickets, user)
  end
  for _, user in ipairs(redis.call('ZRANGEBYSCORE', offers, '-inf', at, 'LIMIT', 0, 1000)) do
    redis.call('ZREM', offers, user)
    redis.call('HDEL', tickets, user)
    redis.call('HDEL', held, user)
  end
  hand_on(head, seats, queue, tickets, waiting, offers, feed, at)
  return freed
end

