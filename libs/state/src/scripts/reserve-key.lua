-- Purpose: reserves an Idempotency-Key of a tenant for one request, until it is answered; whoever comes after it is told what became of it.
-- KEYS[1] root of the tenant
-- ARGV[1] hash of the key  [2] hash of the request  [3] directive id it would get  [4] word by which this try is known  [5] ms in which it answers: so long is the key kept
-- Returns: {'reserved', directive id} go on with this id | {'done', directive id} | {'busy', ms until its try is given up} | {'mismatch'} another request has the key
-- Events: none

local key, request, id, try = ROOT .. ':idem:' .. ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lease_ms = tonumber(ARGV[5])
require_that(#try > 0 and lease_ms and lease_ms >= 1, 'a word and a lease is needed')
local known = redis.call('GET', key)
if known then
  local known_id, known_request, until_ms, known_try = known:match('^(%S+) (%S+) (%S+) (%S+)$')
  if known_request ~= request then return { 'mismatch' } end
  if until_ms == 'done' then return { 'done', known_id } end
  local left_ms = tonumber(until_ms) - NOW
  -- More than a lease is left only when the clock went back, as after a failover: nobody answers by that time.
  if known_try ~= try and left_ms > 0 and left_ms <= lease_ms then return { 'busy', int(left_ms) } end
  -- The id it has: another number of shards would give another directive.
  id = known_id
end
redis.call('SET', key, table.concat({ id, request, int(NOW + lease_ms), try }, ' '), 'PX', int(lease_ms))
return { 'reserved', id }
