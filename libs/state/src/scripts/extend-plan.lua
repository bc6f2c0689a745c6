-- Purpose: adds the tasks a review asked for to a running directive's plan, all in one step; idempotent by `from`.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] plan JSON {from, total, edges, hash, roots, queues}  [3] plan fields JSON array  [4] pending fields JSON array
-- Returns: {'ok'} | {'unknown'} | {'late', state} it is not under review, or was extended already
-- Events: directive.extended
-- @include keys clock record events plan

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
local plan = cjson.decode(ARGV[2])
if directive.review ~= 'asked' or directive.closing ~= '' or RESTING[directive.state] or directive.total ~= plan.from then
  return { 'late', directive.state }
end
local plan_fields, pending_fields = cjson.decode(ARGV[3]), cjson.decode(ARGV[4])

write_fields(directive_key(directive.id, 'plan'), plan_fields)
write_fields(directive_key(directive.id, 'tasks'), pending_fields)
local chunk = 'extension-' .. int(plan.from)
redis.call('HSET', directive_key(directive.id, 'plan'), 'root:edges:' .. chunk, cjson.encode(plan.roots))
redis.call('HSET', directive_key(directive.id), 'planHash', plan.hash)
if #plan.queues > 0 then redis.call('SADD', shard_key('queues'), unpack(plan.queues)) end
directive.open = directive.open + (plan.total - plan.from)
directive.total = plan.total
directive.review = '1'
emit(directive, 'directive.extended', nil, { tasks = plan.total - plan.from, hash = plan.hash })
redis.call('ZADD', shard_key('cascade'), NOW, directive.id .. '.root.' .. chunk .. '.start')
redis.call('ZREM', shard_key('outbox'), 'review:' .. directive.id)
redis.call('ZADD', shard_key('outbox'), NOW, 'execute:' .. directive.id)
save_directive(directive)
return { 'ok' }
