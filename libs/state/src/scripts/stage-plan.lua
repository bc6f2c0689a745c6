-- Purpose: writes one chunk of a plan that is not committed yet, under the plan's hash: two plans made for one directive never mix.
-- It vanishes by itself an hour after its last chunk when nobody commits it.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] plan hash  [3] number of plan values  [4] number of pending values  [5..] plan values, then pending values (name, value, ...)
-- Returns: {'ok'} | {'late'} the directive has its plan already
-- Events: none

local id, hash = ARGV[1], ARGV[2]
local state = redis.call('HGET', directive_key(id), 'state')
if state and state ~= 'PENDING' then return { 'late' } end
redis.call('HLEN', directive_key(id, 'plan:' .. hash))
redis.call('HLEN', directive_key(id, 'tasks:' .. hash))

stage_arguments(id, hash, 5, tonumber(ARGV[3]), tonumber(ARGV[4]))
return { 'ok' }
