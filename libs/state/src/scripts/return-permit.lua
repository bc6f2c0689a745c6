-- Purpose: gives a place back to the home slot of its tenant, and hands it to the next in line; or what is left of money of the day.
-- KEYS[1] root of the tenant
-- ARGV[1] kind: concurrency | directives | rate | spend | overspend | undraw  [2] key, or asked  [3] holder  [4] the limit it asked under, what is left, or what was spent beyond
-- Returns: holders that now have a place, for each of which its task is to be told
-- Events: none: the tasks' own shards tell them

local IS_PLACE = { concurrency = true, directives = true }
local kind, key, holder, max = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
require_that(max, 'the limit or what was spent is needed')
guard_home(kind, key)
if kind == 'spend' then return_draws(holder, max, key == 'asked') end
if kind == 'undraw' then withdraw(holder) end
if kind == 'overspend' then book_overspend(holder, max) end
if kind == 'rate' then return_turn(key, holder) end
return IS_PLACE[kind] and return_place(kind, key, holder, max) or {}
