-- Purpose: makes a staged plan the directive's plan. O(1): the tasks were written before, the roots are freed by the execute room.
-- `plan` is { total, edges, hash, rootChunks, queues }.
local function commit_plan(directive, plan)
  redis.call('PERSIST', directive_key(directive.id, 'plan'))
  redis.call('PERSIST', directive_key(directive.id, 'tasks'))
  redis.call('HSET', directive_key(directive.id), 'planHash', plan.hash)
  if #plan.queues > 0 then redis.call('SADD', shard_key('queues'), unpack(plan.queues)) end
  directive.total = plan.total
  directive.open = plan.total
  directive.state = 'QUEUED'
  emit(directive, 'directive.planned', nil, { tasks = plan.total, edges = plan.edges, hash = plan.hash })
  for chunk = 0, plan.rootChunks - 1 do
    redis.call('ZADD', shard_key('cascade'), NOW, directive.id .. '.root.' .. chunk .. '.start')
  end
  redis.call('ZREM', shard_key('outbox'), 'decide:' .. directive.id)
  redis.call('ZADD', shard_key('outbox'), NOW, 'execute:' .. directive.id)
end

-- `fields` alternates name and value, at most 500 pairs a call.
local function write_fields(key, fields)
  if #fields > 0 then redis.call('HSET', key, unpack(fields)) end
end
