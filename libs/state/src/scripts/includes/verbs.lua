-- Purpose: what a human may order of one task by name: to skip it, to take an output of his as its own, or to try it again now.
-- What is in flight has a worker that may act at this moment, what is spread has children, what is final stays: of these nothing may be ordered.
local VERBS = {
  waiting = { 'skip' },
  ready = { 'skip', 'complete' },
  retry = { 'skip', 'complete', 'retry' },
  approval = { 'skip' },
  budget = { 'skip', 'complete' },
  ['effect-unknown'] = { 'skip', 'complete', 'retry' },
}
local OWN_LISTS = { 'parked', 'short', 'unfunded', 'undrawn' }

-- A task without a state has none yet, or stands in a line that keeps its place alone.
local function has_place(directive, index, control)
  local member = task_member(directive.id, index)
  if redis.call('ZSCORE', queue_key('ready', control.queue), member) or redis.call('ZSCORE', shard_key('expand'), member) then return true end
  for _, list in ipairs(OWN_LISTS) do
    if directive.parked > 0 and redis.call('ZSCORE', directive_key(directive.id, list), index) then return true end
  end
  return false
end

-- The state as the API shows it, and the verbs that it allows.
local function standing_of(directive, index, control, task)
  local state = task.state or (has_place(directive, index, control) and 'ready' or 'waiting')
  local is_at_work = directive.closing == '' and (directive.state == 'RUNNING' or directive.state == 'PAUSED' or directive.state == 'DEGRADED')
  if not is_at_work or task.first or task.staged then return state, {} end
  local kind = (state == 'held' or state == 'deferred') and task.waiting[1] or state
  local verbs = VERBS[kind] or state == 'deferred' and VERBS.ready or {}
  local allowed = {}
  for _, verb in ipairs(verbs) do
    -- An item of a list cannot be left out of it, and a list has as many outputs as items.
    local is_odd = verb == 'skip' and control.parent or verb == 'complete' and control.fanOut
    if not is_odd then allowed[#allowed + 1] = verb end
  end
  return state, allowed
end

local function is_allowed(allowed, verb)
  for _, each in ipairs(allowed) do
    if each == verb then return true end
  end
  return false
end

-- The order came twice: what it asked for stands there.
local function is_done(directive, index, task, verb, text)
  if not task.ordered or task.ordered ~= verb then return false end
  if verb == 'skip' then return task.state == 'skipped' end
  if verb == 'complete' then
    return task.state == 'succeeded' and redis.call('HGET', directive_key(directive.id, 'tasks'), index .. ':output') == text
  end
  local is_going = task.state == 'ready' or task.state == 'dispatched' or task.state == 'running'
  return is_going and (task.attempt or 0) <= (task.again or 0) + 1
end

local function leave_lists(directive, index, control)
  local member = task_member(directive.id, index)
  remove_later(queue_key('ready', control.queue), member)
  leave_line(control.queue)
  remove_later(shard_key('timers'), 'retry:' .. member)
  remove_later(shard_key('expand'), member)
  if directive.parked == 0 then return end
  for _, list in ipairs(OWN_LISTS) do
    local was_there = redis.call('ZREM', directive_key(directive.id, list), index)
    directive.parked = directive.parked - was_there
    local limits = list == 'undrawn' and was_there > 0 and limits_of(directive)
    if limits then limits.wanted = limits.wanted - control.reserveMicroUsd end
  end
end

-- `ordered` is { index, control, task, verb, word, text, grant }, as for `decide_hold`.
local function order_task(directive, ordered)
  local index, control, task, verb = ordered.index, ordered.control, ordered.task, ordered.verb
  if task.state == 'held' and task.waiting[1] == 'approval' then answer_approval(directive, ordered, 'denied') end
  leave_lists(directive, index, control)
  ordered.word.decision = verb
  emit(directive, 'task.resolved', control.id, ordered.word)
  task.ordered = verb
  if verb == 'retry' then
    task.again, task.since = task.attempt or 0, NOW
    return go_on(directive, ordered)
  end
  if verb == 'complete' then
    save_text(directive, index .. ':output', ordered.text)
    task.code, task.message = nil, nil
  end
  finish_task(directive, index, control, task, verb == 'skip' and 'skipped' or 'succeeded')
  local data = verb == 'skip' and { by = ordered.word.by } or { attempt = task.attempt or 0, costMicroUsd = 0, tokens = 0 }
  emit(directive, verb == 'skip' and 'task.skipped' or 'task.completed', control.id, data)
  file_cascade(directive, index, task.state, 'advance')
end
