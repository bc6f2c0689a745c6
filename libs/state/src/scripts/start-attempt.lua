-- Purpose: records that a worker took the job of an attempt; from here a `once` task is never run again. A late or repeated report is dropped by the fence.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] attempt  [4] nonce  [5] grace in ms beyond the action's timeout
-- Returns: {'ok'} | {'stale'}
-- Events: task.started

local id, index = ARGV[1], ARGV[2]
local directive = load_directive(id)
if not directive or RESTING[directive.state] then return { 'stale' } end
local task = load_task(directive, index)
if not task or task.state ~= 'dispatched' or int(task.attempt) ~= ARGV[3] or task.nonce ~= ARGV[4] then return { 'stale' } end
local control = load_control(directive, index)
require_that(tonumber(ARGV[5]), 'a grace is needed')
guard_events(id)
guard_queue(control.queue)

task.state = 'running'
task.since = NOW
task.deadline = math.min(task.deadline, NOW + control.timeoutMs + tonumber(ARGV[5]))
save_task(directive, index, task)
redis.call('ZADD', queue_key('inflight', control.queue), int(task.deadline), attempt_id(id, index, task))
emit(directive, 'task.started', control.id, { attempt = task.attempt })
save_directive(directive)
return { 'ok' }
