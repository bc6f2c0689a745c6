-- Purpose: stages a plan under its hash and makes it the directive's plan. O(1): the tasks were written before, the execute room frees the roots.
local STAGED_SECONDS = 3600

-- Hash fields travel as arguments of their own: 8 MB of them as JSON took 150 ms to decode. In slices, for Lua unpacks 8,000 values at most. Answers
-- where the next list starts.
local function write_arguments(key, from, count)
  for at = from, from + count - 1, 4000 do redis.call('HSET', key, unpack(ARGV, at, math.min(at + 3999, from + count - 1))) end
  return from + count
end

-- Both expire together, so that a plan is never found without its `:pending` counts.
local function stage_arguments(id, hash, from, plan_count, pending_count)
  local plan, tasks = directive_key(id, 'plan:' .. hash), directive_key(id, 'tasks:' .. hash)
  write_arguments(tasks, write_arguments(plan, from, plan_count), pending_count)
  redis.call('EXPIRE', plan, STAGED_SECONDS)
  redis.call('EXPIRE', tasks, STAGED_SECONDS)
end

-- `plan` is { total, edges, hash, rootChunks, queues, planFields, pendingFields }. False when its hour is over or a chunk is missing.
local function is_staged(id, plan)
  return redis.call('HLEN', directive_key(id, 'plan:' .. plan.hash)) == plan.planFields
    and redis.call('HLEN', directive_key(id, 'tasks:' .. plan.hash)) == plan.pendingFields
end

local function adopt_staged(id, hash)
  for _, part in ipairs({ 'plan', 'tasks' }) do
    local staged = directive_key(id, part .. ':' .. hash)
    if redis.call('EXISTS', staged) == 1 then
      redis.call('RENAME', staged, directive_key(id, part))
      redis.call('PERSIST', directive_key(id, part))
    end
  end
end

-- `node`: whose `<node>:edges:<chunk>` fields name the tasks without dependencies.
local function file_roots(directive, node, chunks)
  for chunk = 0, chunks - 1 do
    add_later(shard_key('cascade'), NOW, directive.id .. '.' .. node .. '.' .. chunk .. '.start')
  end
end

-- From here on a directive has its tasks; what queues it lets them go. Of a retry some are there as succeeded, `plan.kept` is { count, sinks } and
-- `kept` the data of the events that name them.
local function adopt_plan(directive, plan, kept)
  directive.planHash = plan.hash
  directive.total = plan.total
  directive.open = plan.total
  emit(directive, 'directive.planned', nil, { tasks = plan.total, edges = plan.edges, hash = plan.hash })
  if not plan.kept then return end
  directive.open = plan.total - plan.kept.count
  directive.succeeded = plan.kept.count
  directive.sinksSucceeded = plan.kept.sinks
  for _, data in ipairs(kept) do emit(directive, 'directive.kept', nil, data) end
end

local function queue_plan(directive, queues, root_chunks)
  if #queues > 0 then redis.call('SADD', shard_key('queues'), unpack(queues)) end
  directive.state = 'QUEUED'
  file_roots(directive, 'root', root_chunks)
  remove_later(shard_key('outbox'), 'decide:' .. directive.id)
  add_later(shard_key('outbox'), NOW, 'execute:' .. directive.id)
end

local function commit_plan(directive, plan, kept)
  adopt_plan(directive, plan, kept)
  queue_plan(directive, plan.queues, plan.rootChunks)
end
