#!lua
-- What every verb begins with. ARGV[1] is the ready mark that the caller's connection stands for ("run id/generation"),
-- ARGV[2] an offset in milliseconds that only tests set. Redis' own clock is the only clock of the rules.
-- A verb answers {'ok', …}, {'no', code, wait in ms}, or {'closed'} when the room's gates must be rebuilt first.

local READY, OFFSET = ARGV[1], tonumber(ARGV[2])
local RECONNECT_MS = 30000

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + OFFSET
end

local function whole(number)
  return string.format('%.0f', number)
end

local function no(code, wait)
  return {'no', code, wait and whole(math.ceil(wait)) or '0'}
end

-- "seq n own" of a reader; nothing read yet counts from the channel's beginning
local function reading(text)
  local seq, n, own = string.match(text or '0 0 0', '(%d+) (%d+) (%d+)')
  return tonumber(seq), tonumber(n), tonumber(own)
end

-- Frees the seats whose time is over and takes away those of dead processes (they get the time to come back).
-- Returns how many seats were freed.
local function lapse(seats, held, away, leases, at)
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
        redis.call('ZADD', away, 'GT', whole(ended + RECONNECT_MS), all[i])
      else
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
  return freed
end

