-- Purpose: gives a place under a concurrency key back to the home slot of its tenant, and hands it to the next in line.
-- KEYS[1] root of the tenant
-- ARGV[1] kind  [2] key  [3] holder  [4] the limit it asked under
-- Returns: holders that now have a place, for each of which its task is to be told
-- Events: none: the tasks' own shards tell them

guard_home(ARGV[1], ARGV[2])
return return_place(ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]))
