-- Purpose: removes what the home slot of a tenant keeps of a directive that is gone, or never came: its ref, and what it drew of which day's money. The totals of the days stay.
-- KEYS[1] root of the tenant
-- ARGV[1] directive id  [2] ref or ''  [3] how often it drew
-- Returns: {'ok'}
-- Events: none

-- A directive that draws more often than that in three days leaves the rest to the key's own end.
local MOST_DRAWS, DAYS = 500, 3
local id, ref, draws = ARGV[1], ARGV[2], tonumber(ARGV[3])
require_that(draws, 'how often it drew is needed')
local ref_key = ROOT .. ':ref:' .. ref
local owner = ref ~= '' and redis.call('GET', ref_key)
local today, fields = math.floor(NOW / 86400000), { 'of:' .. id }
for draw = 1, math.min(draws, MOST_DRAWS) do fields[#fields + 1] = 'draw:' .. id .. '..' .. int(draw) end

if owner == id then redis.call('DEL', ref_key) end
if draws > 0 then
  for day = today, today - DAYS + 1, -1 do redis.call('HDEL', ROOT .. ':spent:day:' .. int(day), unpack(fields)) end
end
return { 'ok' }
