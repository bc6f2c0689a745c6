-- Purpose: gives a place back to the home slot of its tenant, and hands it to the next in line; or what is left of money of the day.
-- KEYS[1] root of the tenant
-- ARGV[1] kind  [2] key  [3] holder  [4] the limit it asked under, or what was spent
-- Returns: holders that now have a place, for each of which its task is to be told
-- Events: none: the tasks' own shards tell them

require_that(tonumber(ARGV[4]), 'the limit or what was spent is needed')
guard_home(ARGV[1], ARGV[2])
if ARGV[1] == 'spend' then
  return_draws(ARGV[3], tonumber(ARGV[4]))
  return {}
end
return return_place(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
