-- Purpose: a task that is ready and may not go: what it waits for, and where it is filed.
-- In the order they came: by time, tasks of one millisecond would be looked at twice and others not at all.
local function park(directive, index)
  local key = directive_key(directive.id, 'parked')
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
  redis.call('ZADD', key, last[2] and last[2] + 1 or 1, index)
  directive.parked = directive.parked + 1
end

local function park_paused(directive, index, task)
  park(directive, index)
  if not task.state then return end
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

-- Holds are of tasks: the directive runs, and says so.
local function hold(directive, index, control, task, kind, ref)
  if task.state == 'held' then return end
  start_directive(directive)
  task.state = 'held'
  task.since = NOW
  task.deadline = directive.ttlAt
  task.waiting = { kind, ref }
  save_task(directive, index, task)
  emit(directive, 'task.held', control.id, { kind = kind, ref = ref, attempt = task.attempt or 0 })
end

local function defer(directive, index, control, task, kind, ref)
  if task.state == 'deferred' and task.waiting and task.waiting[1] == kind then return end
  task.state = 'deferred'
  task.since = NOW
  task.deadline = directive.ttlAt
  task.waiting = { kind, ref }
  save_task(directive, index, task)
  emit(directive, 'task.deferred', control.id, { kind = kind, ref = ref, attempt = task.attempt or 0 })
end
