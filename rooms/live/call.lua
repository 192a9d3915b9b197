-- Who was offered a seat, has no socket to be told on, and was not called yet: called now, each once. From the call on
-- the seat is held for three minutes, also where it was offered on a socket that was lost since.
-- KEYS 1 gate 2 members 3 head 4 seats 5 held 6 away 7 leases 8 queue 9 tickets 10 waiting 11 offers 12 feed
-- ARGV 3 most
-- {'ok', waiting or offered, user, ticket, until, …}
if redis.call('HGET', KEYS[1], 'ready') ~= READY then return {'closed'} end
lapse(KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12], now())
local held = now() + HOLD_AWAY_MS
local called = {'ok', redis.call('HLEN', KEYS[9])}
local offers = redis.call('ZRANGE', KEYS[11], 0, -1, 'WITHSCORES')
for i = 1, #offers, 2 do
  local user = offers[i]
  local ticket, mark, rest = string.match(redis.call('HGET', KEYS[9], user) or '', '^(%S+) (%*?)(.*)$')
  if ticket and mark == '' and redis.call('HEXISTS', KEYS[5], user) == 0 and #called / 3 < tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[9], user, ticket .. ' *' .. rest)
    redis.call('ZADD', KEYS[11], 'GT', whole(held), user)
    for _, word in ipairs({user, ticket, whole(math.max(held, tonumber(offers[i + 1])))}) do called[#called + 1] = word end
  end
end
return called
