-- Purpose: what follows from a final task: dependents freed or skipped, a fan-out joined. Long lists go to `cascade`.
-- Looks again, in chunks, at the tasks in one of the directive's own lists, at most as many as stand there now.
local function file_list(directive, list, count)
  if count > 0 then file_cascade(directive, list, int(count), 'unpark') end
end

local function file_waiting_for_budget(directive)
  for _, list in ipairs({ 'short', 'unfunded', 'undrawn' }) do
    file_list(directive, list, redis.call('ZCARD', directive_key(directive.id, list)))
  end
end

-- What waited for a dependency until now has a state only if it was skipped for another, or refused.
local function may_have_ended(directive)
  return directive.skipped > 0 or directive.failed > 0
end

-- What freeing or skipping a list of dependents will read, in two calls.
local function fetch_dependents(directive, indexes, are_alone)
  if #indexes < 2 then return end
  local tasks = directive_key(directive.id, 'tasks')
  if not are_alone then
    local fields = {}
    for at = 1, #indexes do fields[at] = indexes[at] .. ':pending' end
    fetch(tasks, fields, directive.pending, tonumber)
  end
  if may_have_ended(directive) then fetch(tasks, indexes, directive.tasks, cjson.decode) end
end

local function free_dependent(directive, index, is_alone, release)
  if not is_alone and meet_dependency(directive, index) ~= 0 then return end
  local task = may_have_ended(directive) and load_task(directive, index) or nil
  if task and FINAL[task.state] then return end
  make_ready(directive, index, load_releasable(directive, index, release), task, release)
end

local function advance_mode(control, state)
  return (state == 'succeeded' or control.optional or control.goesOn and state ~= 'skipped') and 'free' or 'skip'
end

local function skip_dependent(directive, index, because)
  local task = load_task(directive, index)
  if task and FINAL[task.state] then return end
  local control = load_control(directive, index)
  finish_task(directive, index, control, task or {}, 'skipped')
  emit(directive, 'task.skipped', control.id, { because = because })
  if #control.dependents > 0 then file_cascade(directive, index, 'inline', advance_mode(control, 'skipped')) end
  for chunk = 0, (control.edgeChunks or 0) - 1 do file_cascade(directive, index, chunk, advance_mode(control, 'skipped')) end
end

-- `control` is of the task they depend on; `alone` says that they depend on no other, and no count is kept of what they wait for.
local function advance_list(directive, dependents, mode, control, release)
  fetch_dependents(directive, dependents, control.alone)
  release.work = release.work + #dependents
  for _, dependent in ipairs(dependents) do
    if mode == 'free' then free_dependent(directive, dependent, control.alone, release) else skip_dependent(directive, dependent, control.id) end
  end
end

local function advance_dependents(directive, index, control, state, release)
  if directive.closing ~= '' then return end
  local mode = advance_mode(control, state)
  advance_list(directive, control.dependents, mode, control, release)
  for chunk = 0, (control.edgeChunks or 0) - 1 do file_cascade(directive, index, chunk, mode) end
end

local function join_fan_out(directive, index, control, parent, release)
  local failed = parent.childrenFailed > 0
  if failed then
    parent.code = 'CHILD_FAILED'
    parent.message = int(parent.childrenFailed) .. ' of ' .. int(parent.count) .. ' items failed'
  end
  local state = failed and 'failed' or 'succeeded'
  finish_task(directive, index, control, parent, state)
  emit(directive, failed and 'task.failed' or 'task.completed', control.id, { items = parent.count, code = parent.code, message = parent.message })
  advance_dependents(directive, index, control, state, release)
end

local function tell_parent(directive, control, state, release)
  local parent = load_task(directive, control.parent)
  if not parent or FINAL[parent.state] then return end
  parent.childrenOpen = parent.childrenOpen - 1
  if state ~= 'succeeded' then parent.childrenFailed = parent.childrenFailed + 1 end
  if parent.childrenOpen > 0 then return save_task(directive, control.parent, parent) end
  join_fan_out(directive, control.parent, load_control(directive, control.parent), parent, release)
end

-- All that follows from a task which just became final.
local function advance(directive, index, control, state, release)
  release.work = release.work + 1
  if control.parent and directive.closing == '' then tell_parent(directive, control, state, release) end
  advance_dependents(directive, index, control, state, release)
  close_when_done(directive, release)
end

-- Fails a task that no worker saw.
local function refuse(directive, index, control, task, reason, release)
  start_directive(directive)
  task.code, task.message = reason.code, reason.message
  finish_task(directive, index, control, task, 'failed')
  emit(directive, 'task.failed', control.id, { code = reason.code, message = reason.message, class = 'permanent' })
  advance(directive, index, control, 'failed', release)
end
