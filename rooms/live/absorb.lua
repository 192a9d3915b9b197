-- Somebody turned out to be one person with another, or is put out: the seat is given up, what they read and were told
-- becomes the other's, where it is further.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
--      13 reads 14 dirty 15 places 16 log 17 recalled 18 slow
-- ARGV 3 organization 4 who is absorbed 5 who is kept, or "" to only put out
local gone, kept = ARGV[4], ARGV[5]
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] or redis.call('EXISTS', KEYS[3]) == 0 then return no('not_found') end
put_out(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], gone, now())
if kept == '' then return {'ok'} end
redis.call('SPUBLISH', KEYS[12], 'P{"op":"parted","user":"' .. gone .. '"}')

local theirs, mine = redis.call('HGET', KEYS[13], gone), redis.call('HGET', KEYS[13], kept)
if theirs then
  local read, n = reading(theirs)
  if mine and reading(mine) >= read then read, n = reading(mine) end
  local own, from = 0, whole(read + 1)
  while from do
    local page = redis.call('XRANGE', KEYS[16], from, '+', 'COUNT', 500)
    for _, entry in ipairs(page) do
      local author, counted = entry[2][6], entry[2][2] == 'message' or entry[2][2] == 'announced'
      local seq = string.match(entry[1], '^%d+')
      if counted and (author == gone or author == kept) and not redis.call('ZSCORE', KEYS[17], seq) then own = own + 1 end
    end
    from = #page == 500 and whole(string.match(page[500][1], '^%d+') + 1) or nil
  end
  redis.call('HSET', KEYS[13], kept, whole(read) .. ' ' .. whole(n) .. ' ' .. whole(own))
  redis.call('HDEL', KEYS[13], gone)
end
local told, place = redis.call('HGET', KEYS[15], gone), redis.call('HGET', KEYS[15], kept)
if told then
  local epoch, seq = string.match(told, '^%a*(%d+)%S* (%d+)$')
  local other, at = string.match(place or '0 0', '^%a*(%d+)%S* (%d+)$')
  epoch, seq, other, at = tonumber(epoch), tonumber(seq), tonumber(other), tonumber(at)
  if not place or epoch > other or (epoch == other and seq > at) then redis.call('HSET', KEYS[15], kept, told) end
  redis.call('HDEL', KEYS[15], gone)
end
local wait = tonumber(redis.call('HGET', KEYS[18], gone) or 0)
if wait > tonumber(redis.call('HGET', KEYS[18], kept) or 0) then redis.call('HSET', KEYS[18], kept, whole(wait)) end
redis.call('SREM', KEYS[14], gone)
if theirs or told then redis.call('SADD', KEYS[14], kept) end
return {'ok'}
