-- A reader has read up to seq. Never backwards, never beyond the tip, nor beyond what who was put out may be shown.
-- KEYS 1 gate 2 members 3 head 4 log 5 reads 6 seats 7 feed 8 dirty 9 recalled 10 allowed 11 outside
-- ARGV 3 organization 4 user 5 seq
--      where the log no longer has seq, else "": 6 n at seq 7 the user's own counted entries above it in the record
-- {'ok', seq}, or {'older'} when the log no longer holds seq and n must be looked up in the record
local user, seq = ARGV[4], tonumber(ARGV[5])
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
local head = redis.call('HMGET', KEYS[3], 'tip', 'talk', 'see', 'pair')
if gate[2] ~= ARGV[3] or not head[1] then return no('not_found') end
if of_others(head[4], user) then return no('not_found') end
local role = redis.call('HGET', KEYS[2], user)
if not role then return no('not_member') end
if not allows(head[3], 'see', role, KEYS[10], user) then return no('not_found') end
local last = redis.call('HGET', KEYS[11], user)
seq = math.min(seq, tonumber(head[1]), tonumber(last or head[1]))
local before = redis.call('HGET', KEYS[5], user)
local read, n = reading(before)
if (before or last) and seq <= read then return {'ok', whole(read)} end

local own = 0
if seq == tonumber(head[1]) then
  n = head[2]
else
  local at_or_below = redis.call('XREVRANGE', KEYS[4], whole(seq), '-', 'COUNT', 1)[1]
  n = at_or_below and at_or_below[2][8] or ARGV[6]
  if n == '' then return {'older'} end
  if not at_or_below then
    local first = redis.call('XRANGE', KEYS[4], '-', '+', 'COUNT', 1)[1]
    local log_begins = first and tonumber(string.match(first[1], '^%d+')) or head[1] + 1
    for mine in string.gmatch(ARGV[7], '%d+') do
      if tonumber(mine) < log_begins and not redis.call('ZSCORE', KEYS[9], mine) then own = own + 1 end
    end
  end
  local from = whole(seq + 1)
  while from do
    local page = redis.call('XRANGE', KEYS[4], from, '+', 'COUNT', 500)
    for _, entry in ipairs(page) do
      local counted = entry[2][2] == 'message' or entry[2][2] == 'announced'
      if entry[2][6] == user and counted and not redis.call('ZSCORE', KEYS[9], string.match(entry[1], '^%d+')) then
        own = own + 1
      end
    end
    from = #page == 500 and whole(string.match(page[500][1], '^%d+') + 1) or nil
  end
end
redis.call('HSET', KEYS[5], user, whole(seq) .. ' ' .. whole(n) .. ' ' .. whole(own))
redis.call('SADD', KEYS[8], user)
if redis.call('HLEN', KEYS[6]) < 50 then
  redis.call('SPUBLISH', KEYS[7], 'P{"op":"read","user":"' .. user .. '","seq":' .. whole(seq) .. '}')
end
return {'ok', whole(seq)}
