-- Purpose: acts on an ExecuteDirective message: releases the first chunk of tasks without dependencies. A second message finds nothing to do.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] window  [3] nonce base
-- Returns: {dispatched, expanding, more chunks of such tasks: 0 | 1} ; dispatched = list of {id, index, attempt, nonce, queue, ttlMs, tenant, traceparent, spec}
-- Events: directive.started, task.queued, task.held, task.deferred

local directive = load_directive(ARGV[1])
local release = new_release(ARGV[2], ARGV[3])
if not directive then return { {}, {}, 0 } end
guard_directive(directive.id)

redis.call('ZREM', shard_key('outbox'), 'execute:' .. directive.id)
if redis.call('ZREM', shard_key('cascade'), directive.id .. '.root.0.start') == 1 then
  run_cascade(directive, 'root', '0', 'start', release)
  save_directive(directive)
end
local more = redis.call('ZSCORE', shard_key('cascade'), directive.id .. '.root.1.start')
return { release.dispatched, release.expanding, more and 1 or 0 }
