-- What the record says of somebody reaches a room's gate. Only ever tightens, but for what the organization itself lifts;
-- an older version of the record's word than the gate has heard changes nothing.
-- KEYS 1 gate 2 members 3 sanctions 4 free
-- ARGV 3 organization 4 user 5 version 6 role they have at least, "" to leave it, "-" they are nobody here any more
--      7 "1" on the white list 8 muted by the organization until, "" not 9 banned by the organization until, "" not
--      10 … field and until of what else holds
local user, version, role = ARGV[4], tonumber(ARGV[5]), ARGV[6]
local gate = redis.call('HMGET', KEYS[1], 'ready', 'organization')
if gate[1] ~= READY then return {'closed'} end
if gate[2] ~= ARGV[3] then return no('not_found') end
if tonumber(redis.call('HGET', KEYS[3], 'v:' .. user) or 0) > version then return {'ok', 'older'} end
redis.call('HSET', KEYS[3], 'v:' .. user, ARGV[5])
for i, kind in ipairs({'m', 'b'}) do
  local field, till = kind .. ':' .. user .. ':*', ARGV[7 + i]
  if till == '' then redis.call('HDEL', KEYS[3], field) else redis.call('HSET', KEYS[3], field, till) end
end
for i = 10, #ARGV, 2 do
  local stands, till = tonumber(redis.call('HGET', KEYS[3], ARGV[i]) or nil), tonumber(ARGV[i + 1])
  if not stands or (stands ~= 0 and (till == 0 or till > stands)) then
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  end
end
if ARGV[7] == '1' then redis.call('SADD', KEYS[4], user) end
if role == '-' then
  redis.call('HDEL', KEYS[2], user)
elseif role ~= '' then
  local has = redis.call('HGET', KEYS[2], user)
  if not has or RANK[has] < RANK[role] then redis.call('HSET', KEYS[2], user, role) end
end
return {'ok'}
