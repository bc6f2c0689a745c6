-- Purpose: accepts a directive, and commits its plan in the same step when the client gave the tasks. Idempotent by id.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] request hash  [3] record as JSON array of name, value pairs  [4] ttl in ms
-- ARGV[5] plan JSON or ''  [6] plan fields JSON array  [7] pending fields JSON array  [8] tenant  [9] data of directive.accepted, JSON
-- Returns: {'created'} | {'exists'} same request | {'mismatch'} other request under the same id
-- Events: directive.accepted, directive.planned when there is a plan
-- @include keys clock record events plan

local id, request_hash = ARGV[1], ARGV[2]
local key = directive_key(id)
local known = redis.call('HGET', key, 'requestHash')
if known then return { known == request_hash and 'exists' or 'mismatch' } end

local fields = cjson.decode(ARGV[3])
local plan = ARGV[5] ~= '' and cjson.decode(ARGV[5]) or nil
local plan_fields, pending_fields = cjson.decode(ARGV[6]), cjson.decode(ARGV[7])
local now = int(NOW)
local ttl_at = int(NOW + tonumber(ARGV[4]))

redis.call('HSET', key, 'requestHash', request_hash, 'state', 'PENDING', 'createdAt', now, 'updatedAt', now, 'ttlAt', ttl_at, unpack(fields))
redis.call('ZADD', shard_key('index:' .. ARGV[8]), now, id)
redis.call('ZADD', shard_key('timers'), ttl_at, 'ttl:' .. id)

local directive = load_directive(id)
emit(directive, 'directive.accepted', nil, cjson.decode(ARGV[9]))
if plan then
  write_fields(directive_key(id, 'plan'), plan_fields)
  write_fields(directive_key(id, 'tasks'), pending_fields)
  commit_plan(directive, plan)
else
  redis.call('ZADD', shard_key('outbox'), now, 'decide:' .. id)
end
save_directive(directive)
return { 'created' }
