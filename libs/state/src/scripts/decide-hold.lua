-- Purpose: ends a hold as a human decided, or as nobody did in time. What follows is filed for the executor. A second decision is late.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] when the hold began, as the decider saw it  [4] approve | deny | retry | complete | fail
-- [5] JSON {by, comment, digest, scope}  [6] approve: the spec as it was edited or ''; complete: the output as JSON text; else ''
-- [7] grant for the directive as JSON {maxScore, by, at} or ''
-- Returns: {'ok', queue, state} | {'unknown'} | {'late', state, kind} it is not held, or held anew, or for something else
-- Events: task.approved | task.denied | task.resolved, then task.failed or task.completed when that ends it

local id, index, decision = ARGV[1], ARGV[2], ARGV[4]
local directive = load_directive(id)
local control = directive and load_control(directive, index)
if not control then return { 'unknown' } end
local task = load_task(directive, index) or {}
local kind = task.state == 'held' and task.waiting[1] or ''
if not DECISIONS[kind] or not DECISIONS[kind][decision] or int(task.since) ~= ARGV[3] or directive.closing ~= '' then
  return { 'late', task.state or 'waiting', kind }
end
local word = cjson.decode(ARGV[5])
if kind == 'approval' and not is_in_time(directive, index, decision, word) then return { 'late', 'expired', kind } end
require_that(decision ~= 'complete' or #ARGV[6] > 0, 'an output is needed')
guard_directive(directive)

decide_hold(directive, { index = index, control = control, task = task, decision = decision, word = word, text = ARGV[6], grant = ARGV[7] })
add_later(shard_key('outbox'), NOW_TEXT, 'execute:' .. id)
save_directive(directive)
return { 'ok', control.queue, task.state }
