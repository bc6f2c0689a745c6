-- Purpose: adds the tasks a review asked for to a directive's plan, all in one step; idempotent by `from`.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] plan JSON {from, total, edges, hash, rootChunks, queues}  [3] number of plan values  [4] number of pending values
-- ARGV[5..] plan values, then pending values; the roots' fields are named `extension-<from>:edges:<chunk>`, <= 500 tasks in all
-- Returns: {'ok'} | {'unknown'} | {'late', state} it is not under review, or was extended already
-- Events: directive.extended

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
local plan = cjson.decode(ARGV[2])
if directive.review ~= 'asked' or directive.closing ~= '' or RESTING[directive.state] or directive.total ~= plan.from then
  return { 'late', directive.state }
end
local plan_count, pending_count = tonumber(ARGV[3]), tonumber(ARGV[4])
guard_directive(directive)

write_arguments(directive_key(directive.id, 'tasks'), write_arguments(directive_key(directive.id, 'plan'), 5, plan_count), pending_count)
directive.planHash = plan.hash
if #plan.queues > 0 then redis.call('SADD', shard_key('queues'), unpack(plan.queues)) end
directive.open = directive.open + (plan.total - plan.from)
directive.total = plan.total
directive.review = '1'
emit(directive, 'directive.extended', nil, { tasks = plan.total - plan.from, hash = plan.hash })
file_roots(directive, 'extension-' .. int(plan.from), plan.rootChunks)
redis.call('ZREM', shard_key('outbox'), 'review:' .. directive.id)
redis.call('ZADD', shard_key('outbox'), NOW, 'execute:' .. directive.id)
save_directive(directive)
return { 'ok' }
