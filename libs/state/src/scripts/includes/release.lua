-- Purpose: the law of dispatch for one task whose dependencies are met: go, hold, defer or file it under what it waits for.
-- The executors set the window of a queue in which tasks stand in line; any other has the one of the call. A hint: see fair.lua.
local function window_of(release, queue)
  local window = release.windows[queue]
  if not window then
    local set = redis.pcall('HGET', shard_key('windows'), queue)
    window = type(set) == 'string' and tonumber(set) or release.window
    release.windows[queue] = window
  end
  return window
end

-- `release.lines` are the lengths of the lines that must not be passed: the caller releases them next.
local function room_in_window(release, queue)
  if (release.lines[queue] or 0) > 0 then return false end
  local used = release.inflight[queue] or redis.call('ZCARD', queue_key('inflight', queue))
  release.inflight[queue] = used
  return used < window_of(release, queue)
end

-- Once a call, for the line itself is written at its end.
local function guard_line(release, queue)
  if release.guarded[queue] then return end
  redis.call('ZCARD', queue_key('ready', queue))
  release.guarded[queue] = true
end

local function file_ready(directive, index, queue, release)
  if release.lines[queue] then release.lines[queue] = release.lines[queue] + 1 else guard_line(release, queue) end
  add_later(queue_key('ready', queue), int(next_tag(directive, queue)), task_member(directive.id, index))
end

-- Answering 8 MB of specs took 37 ms: after 512 KB the caller reads the others itself.
local ANSWER_BYTES = 524288

local function load_releasable(directive, index, release)
  if release.bytes > ANSWER_BYTES then return load_control(directive, index) end
  return load_control_and_spec(directive, index)
end

local function read_spec(directive, index, release)
  if release.bytes > ANSWER_BYTES then return '' end
  local spec = directive.specs[index] or redis.call('HGET', directive_key(directive.id, 'plan'), index .. ':spec') or ''
  release.bytes = release.bytes + #spec
  return spec
end

local function grant(directive, index, control, task, release)
  release.count = release.count + 1
  task.state = 'dispatched'
  task.attempt = (task.attempt or 0) + 1
  task.nonce = release.nonce .. string.format('%x', release.count)
  task.since = NOW
  task.deadline = math.min(directive.ttlAt, control.ttlMs and NOW + control.ttlMs or directive.ttlAt)
  task.waiting = nil
  reserve(directive, control, task)
  set_busy(directive, task, true)
  save_task(directive, index, task)
  add_later(queue_key('inflight', control.queue), int(task.deadline), attempt_id(directive.id, index, task))
  release.inflight[control.queue] = release.inflight[control.queue] + 1
  start_directive(directive)
  emit(directive, 'task.queued', control.id, ('{"attempt":%d,"queue":"%s"}'):format(task.attempt, control.queue))
  if task.fallback then shortages.note_fallback(directive, index, control, task) end
  local spec = read_spec(directive, index, release)
  release.dispatched[#release.dispatched + 1] = {
    directive.id, index, int(task.attempt), task.nonce, control.queue, int(task.deadline - NOW), directive.tenant, directive.traceparent,
    control.text, spec, task.approved and '1' or '',
  }
end

local function meet_budget(directive, index, control, task)
  if budget_terms(directive).onBudget == 'fail' then
    return file_cascade(directive, index, 'budget', 'refuse')
  end
  file_own(directive, 'unfunded', NOW_TEXT, index)
  hold(directive, index, control, task, 'budget', directive.id)
end

-- Only a task that is counted has to say so while it is looked at.
local function await_expansion(directive, index, control, task)
  set_busy(directive, task, true)
  if not task.busy then return end
  task.state, task.since, task.waiting = task.state or 'ready', NOW, control.when and not task.passed and { 'condition', control.id } or { 'release', directive.id }
  save_task(directive, index, task)
end

-- `task` is its state or nil. Does nothing for a directive that is closing: the close chunk finishes its tasks.
local function make_ready(directive, index, control, task, release)
  if directive.closing ~= '' or RESTING[directive.state] or NOW >= directive.ttlAt then return end
  task = task or {}
  if directive.state == 'PAUSED' then return park_paused(directive, index, control, task) end
  if control.fanOut or control.when and not task.passed then
    redis.call('ZADD', shard_key('expand'), NOW, task_member(directive.id, index))
    release.expanding[#release.expanding + 1] = { directive.id, index }
    return await_expansion(directive, index, control, task)
  end
  if control.risk and not is_approved(directive, index, control, task, control.risk.score) then return ask_approval(directive, index, control, task, control.risk) end
  local verdict = budget_verdict(directive, control)
  if verdict == 'budget' then return meet_budget(directive, index, control, task) end
  leave_hold(directive, index, task)
  if verdict == 'budget-reserved' then
    park_short(directive, index, control)
    return_permits(directive, index, control, task)
    set_busy(directive, task, false)
    return defer(directive, index, control, task, 'budget-reserved', directive.id)
  end
  local lack = lack_of_day(directive, control.reserveMicroUsd)
  if lack then return wait_for_day(directive, index, control, task, lack) end
  local permit = next_permit(control, task)
  if permit then return ask_permit(directive, index, control, task, permit) end
  if room_in_window(release, control.queue) then return grant(directive, index, control, task, release) end
  set_busy(directive, task, true)
  if task.state or task.busy then
    task.state = 'ready'
    task.waiting = nil
    task.deadline = nil
    save_task(directive, index, task)
  end
  file_ready(directive, index, control.queue, release)
end
