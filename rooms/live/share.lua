-- A process takes a few of the messages that an organization may say: it spends them without asking for each.
-- KEYS 1 what is left of this second
-- ARGV 3 how many it would like 4 how many there are in a second
-- {'ok', given, ms until there is another}
local at, rate = now(), tonumber(ARGV[4])
local left, since = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%d+)$')
left = math.min(rate, (tonumber(left) or rate) + (at - (tonumber(since) or at)) * rate / 1000)
local given = math.min(tonumber(ARGV[3]), math.floor(left))
left = left - given
redis.call('SET', KEYS[1], string.format('%.3f', left) .. ' ' .. whole(at), 'PX', 10000)
return {'ok', given, math.ceil(math.max(0, 1 - left) * 1000 / rate)}
