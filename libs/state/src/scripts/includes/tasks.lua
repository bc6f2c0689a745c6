-- Purpose: reads and writes a task's state and its control record, and counts it when it becomes final.
local FINAL = { succeeded = true, failed = true, cancelled = true, expired = true, skipped = true }

-- How many dependencies of a task are still open after one more is met.
local function meet_dependency(directive, index)
  local field = index .. ':pending'
  local left = (load_field(directive.pending, directive_key(directive.id, 'tasks'), field, tonumber) or 0) - 1
  save_field(directive, directive.pending, field, left)
  return left
end

local function attempt_id(id, index, task)
  return id .. '.' .. index .. '.' .. int(task.attempt) .. '.' .. task.nonce
end

local function forget_waiting(task)
  task.waiting = nil
  task.deadline = nil
  task.reserveMicroUsd = nil
  task.reserveTokens = nil
end

-- For every way out of a hold, before the state changes.
local function leave_hold(directive, index, task)
  if task.state ~= 'held' then return end
  remove_later(holds_key(directive), task_member(directive.id, index))
  remove_later(shard_key('timers'), 'approval:' .. task_member(directive.id, index))
end

-- Counts a task that becomes final. A required task that did not succeed breaks the directive; a child answers through its parent.
local function finish_task(directive, index, control, task, state)
  leave_hold(directive, index, task)
  return_permits(directive, index, control, task)
  set_busy(directive, task, false)
  forget_waiting(task)
  task.state = state
  task.since = NOW
  save_task(directive, index, task)
  directive.open = directive.open - 1
  directive[state] = directive[state] + 1
  if state == 'succeeded' then
    if control.sink then directive.sinksSucceeded = directive.sinksSucceeded + 1 end
  elseif (state == 'failed' or state == 'expired') and not control.optional and not control.parent then
    directive.broken = directive.broken + 1
    if directive.errorCode == '' then
      directive.errorCode = task.code or 'TASK_FAILED'
      directive.errorMessage = 'task ' .. control.id .. ': ' .. (task.message or state)
    end
  end
end
