-- Purpose: asks the home slot of a tenant for a place (under a concurrency key, among the directives at work), a turn under a rate, or money of the day.
-- KEYS[1] root of the tenant
-- ARGV[1] kind: concurrency | directives | rate | spend  [2] key, or how much is needed  [3] holder  [4] most at once, most in a period, or how much  [5] period in ms, or the limit of the day
-- Returns: {'granted', when its turn comes, or how much, or ''} | {'waiting'} in line | {'returned'} it was given back already
-- Events: none: the task's own shard tells them

local kind, key, holder, max, per_ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
require_that(max and max >= 1 and per_ms and (kind ~= 'rate' or per_ms >= 1), 'a limit and a period are needed')
guard_home(kind, key)

if kind == 'spend' then return draw(holder, tonumber(key) or max, max, per_ms) end
if kind == 'rate' then return { 'granted', take_turn(kind, key, holder, max, per_ms) } end
return { take_place(kind, key, holder, max), '' }
