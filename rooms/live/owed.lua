-- What somebody has not heard yet of a channel, from the place of a follower or from a given number on.
-- KEYS 1 places 2 head 3 outside 4 sanctions 5 log 6 recalled 7 edited
-- ARGV 3 user 4 channel 5 from which seq, or "" from their place 6 how many at most
-- {'ok', place, last seq that they may read, '1' if any of these was recalled or edited since, entry, …}, entries as
-- XRANGE gives them; place is '' for who does not listen
local user = ARGV[3]
local place = redis.call('HGET', KEYS[1], user)
local from = tonumber(ARGV[5] ~= '' and ARGV[5] or string.match(place or '', ' (%d+)'))
if not from then return {'ok', ''} end
local last = tonumber(redis.call('HGET', KEYS[2], 'tip') or 0)
local out = redis.call('HGET', KEYS[3], user)
if out then
  last = math.min(last, tonumber(out))
elseif sanctioned(KEYS[4], user, ARGV[4], now()) then
  last = 0 -- banned by an act that left no entry here
end
local answer = {'ok', place or '', whole(last), '0'}
local upto = math.min(last, from + tonumber(ARGV[6]))
if upto <= from then return answer end
local entries = redis.call('XRANGE', KEYS[5], whole(from + 1), whole(upto))
for i, entry in ipairs(entries) do answer[4 + i] = entry end
if redis.call('ZCOUNT', KEYS[6], from + 1, upto) > 0 then
  answer[4] = '1'
elseif redis.call('EXISTS', KEYS[7]) == 1 then
  for _, entry in ipairs(entries) do
    if redis.call('HEXISTS', KEYS[7], string.match(entry[1], '^%d+')) == 1 then answer[4] = '1' end
  end
end
return answer
