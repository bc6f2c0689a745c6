-- Purpose: says what became of the request that reserved an Idempotency-Key. One that another try has by now is left to that.
-- KEYS[1] root of the tenant
-- ARGV[1] hash of the key  [2] word of the try  [3] done | refused: nothing was left behind | unknown: the next try need not wait  [4] ms that the key is kept
-- Returns: {'ok'} | {'stale'} it is done, gone, or another try's
-- Events: none

local key, try, word, keep_ms = ROOT .. ':idem:' .. ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
require_that(keep_ms and (word == 'done' or word == 'refused' or word == 'unknown'), 'what became of it, and how long it is kept, is needed')
local id, request, known_try = (redis.call('GET', key) or ''):match('^(%S+) (%S+) %d+ (%S+)$')
if known_try ~= try then return { 'stale' } end
if word == 'refused' then
  redis.call('DEL', key)
else
  redis.call('SET', key, table.concat({ id, request, word == 'done' and 'done' or '0', try }, ' '), 'PX', int(keep_ms))
end
return { 'ok' }
