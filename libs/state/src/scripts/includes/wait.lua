-- Purpose: a task that is ready and may not go: what it waits for, and where it is filed.
-- Long lists, and what is about another task than the call's own, go to `cascade`: see run_cascade.
local function file_cascade(directive, node, chunk, mode)
  directive.filed = true
  redis.call('ZADD', shard_key('cascade'), NOW, directive.id .. '.' .. node .. '.' .. chunk .. '.' .. mode)
end

-- What waits for the directive itself stands in a list of its own: to be resumed (parked), to get back what others reserved (short), for a raise
-- (unfunded), for money of the day (undrawn). `directive.parked` counts them all.
local function file_own(directive, list, score, index)
  directive.parked = directive.parked + redis.call('ZADD', directive_key(directive.id, list), score, index)
end

-- In the order they came: by time, tasks of one millisecond would be looked at twice and others not at all.
local function park(directive, index)
  local key = directive_key(directive.id, 'parked')
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
  file_own(directive, 'parked', last[2] and last[2] + 1 or 1, index)
end

-- By what they want to reserve: when some is freed, those it is enough for stand in front.
local function park_short(directive, index, control)
  local wants = directive.budgetMicroUsd and control.reserveMicroUsd or control.reserveTokens
  file_own(directive, 'short', int(wants), index)
  directive.lastShort = index
end

local function park_paused(directive, index, control, task)
  park(directive, index)
  if not task.state then return end
  return_permits(directive, index, control, task)
  set_busy(directive, task, false)
  task.state = 'ready'
  task.waiting = { 'paused', directive.id }
  task.deadline = directive.ttlAt
  save_task(directive, index, task)
end

local function start_directive(directive)
  if directive.state ~= 'QUEUED' then return end
  directive.state = 'RUNNING'
  directive.startedAt = NOW_TEXT
  emit(directive, 'directive.started')
end

-- Holds are of tasks: the directive runs, and says so. `data` is what else the event tells; without its `expiresAt` a hold may last to the TTL.
local function hold(directive, index, control, task, kind, ref, data)
  if task.state == 'held' and task.waiting[1] == kind then return end
  leave_hold(directive, index, task)
  return_permits(directive, index, control, task)
  set_busy(directive, task, false)
  start_directive(directive)
  task.state = 'held'
  task.since = NOW
  data = data or {}
  task.deadline = data.expiresAt or directive.ttlAt
  task.waiting = { kind, ref }
  save_task(directive, index, task)
  add_later(holds_key(directive), NOW_TEXT, task_member(directive.id, index))
  data.kind, data.ref, data.attempt = kind, ref, task.attempt or 0
  emit(directive, 'task.held', control.id, data)
end

local function defer(directive, index, control, task, kind, ref)
  if task.state == 'deferred' and task.waiting and task.waiting[1] == kind and task.waiting[2] == ref then return end
  start_directive(directive)
  task.state = 'deferred'
  task.since = NOW
  task.deadline = directive.ttlAt
  task.waiting = { kind, ref }
  save_task(directive, index, task)
  emit(directive, 'task.deferred', control.id, { kind = kind, ref = ref, attempt = task.attempt or 0 })
end
