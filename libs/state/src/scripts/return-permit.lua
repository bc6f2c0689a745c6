-- Purpose: gives a place back to the home slot of its tenant, and hands it to the next in line; or what is left of money of the day.
-- KEYS[1] root of the tenant
-- ARGV[1] kind  [2] key  [3] holder  [4] the limit it asked under, what is left, or what was spent beyond  [5] period in ms, of a rate
-- Returns: holders that now have a place, for each of which its task is to be told
-- Events: none: the tasks' own shards tell them

local kind, key, holder, max, per_ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
require_that(max and (kind ~= 'rate' or max >= 1 and per_ms), 'the limit or what was spent is needed')
guard_home(kind, key)
if kind == 'spend' then return_draws(holder, max) end
if kind == 'overspend' then book_overspend(holder, max) end
if kind == 'rate' then return_turn(key, holder, max, per_ms) end
if kind == 'spend' or kind == 'overspend' or kind == 'rate' then return {} end
return return_place(kind, key, holder, max)
