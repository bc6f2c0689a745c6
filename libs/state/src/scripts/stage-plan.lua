-- Purpose: writes one chunk of a plan that is not committed yet; it vanishes by itself after an hour when nobody commits it.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] plan fields JSON array  [3] pending fields JSON array (name, value pairs, <= 500 each)
-- Returns: {'ok'} | {'late'} the directive has its plan already
-- Events: none
-- @include keys clock record plan events

local id = ARGV[1]
local state = redis.call('HGET', directive_key(id), 'state')
if state and state ~= 'PENDING' then return { 'late' } end

local plan_fields, pending_fields = cjson.decode(ARGV[2]), cjson.decode(ARGV[3])
write_fields(directive_key(id, 'plan'), plan_fields)
redis.call('EXPIRE', directive_key(id, 'plan'), 3600)
if #pending_fields > 0 then
  write_fields(directive_key(id, 'tasks'), pending_fields)
  redis.call('EXPIRE', directive_key(id, 'tasks'), 3600)
end
return { 'ok' }
