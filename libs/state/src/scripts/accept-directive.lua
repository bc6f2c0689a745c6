-- Purpose: accepts a directive, and commits its plan in the same step when the client gave the tasks. Idempotent by id.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] request hash  [3] tenant  [4] ttl in ms  [5] data of directive.accepted, JSON
-- ARGV[6] plan JSON as in commit-plan, or ''  [7] number of record values  [8] number of plan values, 0 when the plan was staged
-- ARGV[9] number of pending values  [10..] record, plan and pending values (name, value, ...)
-- Returns: {'created'} | {'exists'} same request | {'mismatch'} other request under the same id | {'unstaged'} the plan's hour is over
-- Events: directive.accepted, directive.planned when there is a plan

local id, request_hash, tenant = ARGV[1], ARGV[2], ARGV[3]
local key, index = directive_key(id), ROOT .. ':index:' .. tenant
local known = redis.call('HGET', key, 'requestHash')
if known then return { known == request_hash and 'exists' or 'mismatch' } end

local plan = ARGV[6] ~= '' and cjson.decode(ARGV[6]) or nil
local record_count, plan_count, pending_count = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local is_inline = plan_count > 0
if plan and not is_inline and not is_staged(id, plan) then return { 'unstaged' } end
local ttl_at = int(NOW + tonumber(ARGV[4]))
guard_directive(id)
redis.call('ZCARD', index)

local next_list = write_arguments(key, 10, record_count)
local now = int(NOW)
redis.call('HSET', key, 'requestHash', request_hash, 'state', 'PENDING', 'createdAt', now, 'updatedAt', now, 'ttlAt', ttl_at)
redis.call('ZADD', index, now, id)
redis.call('ZADD', shard_key('timers'), ttl_at, 'ttl:' .. id)

local directive = load_directive(id)
emit(directive, 'directive.accepted', nil, ARGV[5])
if is_inline then
  write_arguments(directive_key(id, 'tasks'), write_arguments(directive_key(id, 'plan'), next_list, plan_count), pending_count)
elseif plan then
  adopt_staged(id, plan.hash)
end
if plan then commit_plan(directive, plan) else redis.call('ZADD', shard_key('outbox'), now, 'decide:' .. id) end
save_directive(directive)
return { 'created' }
