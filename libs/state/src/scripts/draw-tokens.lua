-- Purpose: takes requests out of a bucket that fills at an even rate. Kept is one number: when the bucket will be full again.
-- A repeated call draws again; what was drawn twice is lost to the caller, and never lets more through than the rule says.
-- KEYS[1] root of a tenant, or of the installation
-- ARGV[1] name of the bucket  [2] most in a period  [3] period in ms  [4] how many are wanted
-- Returns: {granted, left, ms until one is there again: 0 when something was granted}
-- Events: none

local key, max, per_ms, wanted = ROOT .. ':rate:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
require_that(max and max >= 1 and per_ms and per_ms >= 1 and wanted and wanted >= 1, 'a limit, a period and a number are needed')
local each_ms = per_ms / max
local full_at = tonumber(redis.call('GET', key)) or NOW
-- More than a period ahead only when the clock went back, as after a failover.
if full_at < NOW or full_at > NOW + per_ms + each_ms then full_at = NOW end
-- The hundredth part of a request is what the text of the number may lose.
local there = math.floor((NOW + per_ms - full_at) / each_ms + 0.01)
local granted = math.min(wanted, math.max(there, 0))
if granted == 0 then return { '0', '0', int(math.max(1, math.ceil(full_at + each_ms - NOW - per_ms))) } end
full_at = full_at + granted * each_ms
redis.call('SET', key, string.format('%.3f', full_at), 'PX', int(math.ceil(full_at - NOW) + 1))
return { int(granted), int(there - granted), '0' }
