-- Purpose: whether anything will move a task that is open, and if nothing will, files it where something does. The record is whole
-- between two scripts, so one look is enough; what is found was lost by a defect or by another hand.
-- A function, for a chunk of Lua has at most 200 local names and the shared ones are nearly as many.
local mend_task, mend_lists = (function()
  -- Dependencies of one task, and what tasks that wait may cost a call, in bytes of their specs: each takes up to 85 ns, a dependency about
  -- 20 µs. One task is always looked at: up to 5 ms for a spec of 32 KiB with 100 dependencies.
  local MOST_DEPENDENCIES, MOST_BYTES, DEPENDENCY_BYTES = 100, 16384, 256
  local OWN_LISTS = { 'parked', 'short', 'unfunded', 'undrawn' }

  local function is_in_own_list(directive, index)
    if directive.parked == 0 then return false end
    for _, list in ipairs(OWN_LISTS) do
      if is_on(directive_key(directive.id, list), index) then return true end
    end
    return false
  end

  local function is_in_line(directive, index, control)
    local member = task_member(directive.id, index)
    return is_on(queue_key('ready', control.queue), member) or is_on(shard_key('expand'), member) or is_in_own_list(directive, index)
      or is_on(shard_key('timers'), 'retry:' .. member) or is_on(shard_key('timers'), 'permit:' .. member)
  end

  local function mend_hold(directive, index, task)
    local member = task_member(directive.id, index)
    if is_on(holds_key(directive), member) then return nil end
    add_later(holds_key(directive), int(task.since), member)
    return 'hold'
  end

  -- In flight again, its job is looked for; one that is gone is sent again or settled as lost.
  local function mend_attempt(directive, index, control, task)
    local member = attempt_id(directive.id, index, task)
    if is_on(queue_key('inflight', control.queue), member) then return nil end
    add_later(queue_key('inflight', control.queue), int(task.deadline), member)
    return 'attempt'
  end

  local function mend_request(directive, index, control, task)
    local member = permit_member('ask', directive, index, task, control.permits[(task.permits or 0) + 1])
    if is_on(shard_key('permits'), member) then return nil end
    file_permit(member)
    return 'permit'
  end

  local function go_again(directive, index)
    file_cascade(directive, index, 'one', 'go')
    return 'task'
  end

  local function skip_again(directive, node)
    local control = load_control(directive, node)
    file_cascade(directive, node, 'inline', 'skip')
    for chunk = 0, (control.edgeChunks or 0) - 1 do file_cascade(directive, node, chunk, 'skip') end
    return 'dependents'
  end

  local function take_on(work, bytes)
    work.isOver, work.bytes = work.bytes > 0 and work.bytes + bytes > MOST_BYTES, work.bytes + bytes
    return not work.isOver
  end

  local function dependencies_of(directive, index)
    local text = redis.call('HGET', directive_key(directive.id, 'plan'), index .. ':spec')
    -- Where the text does not occur there are none; where it does it may also stand in the input.
    return text and text:find('"dependsOn":[', 1, true) and cjson.decode(text).dependsOn or {}
  end

  -- A task that has no state yet waits for its dependencies, or for the chunk in which it starts; in a retry also with dependencies, which were kept.
  local function mend_waiting(directive, index, control, filed, work)
    if not control.parent and not take_on(work, redis.call('HSTRLEN', directive_key(directive.id, 'plan'), index .. ':spec')) then return nil end
    local dependencies = control.parent and {} or dependencies_of(directive, index)
    if #dependencies > MOST_DEPENDENCIES then return nil end
    local skipped_by
    for _, node in ipairs(dependencies) do
      local task = not filed.nodes[node] and load_task(directive, node)
      if not task or not FINAL[task.state] then return nil end
      work.bytes = work.bytes + DEPENDENCY_BYTES
      if advance_mode(load_control(directive, node), task.state) == 'skip' then skipped_by = node end
    end
    if skipped_by then return skip_again(directive, skipped_by) end
    if filed.hasStart and not control.parent then return nil end
    if #dependencies > 1 then save_field(directive, directive.pending, index .. ':pending', 0) end
    return go_again(directive, index)
  end

  -- The word for what was filed, or nil. `work` is { bytes, isOver } of the call: once it is over, the task was not looked at.
  local function mend_task(directive, index, filed, work)
    local task, control = load_task(directive, index) or {}, load_control(directive, index)
    if not control or FINAL[task.state] or filed.nodes[index] then return nil end
    if task.state == 'held' then return mend_hold(directive, index, task) end
    if task.state == 'dispatched' or task.state == 'running' then return mend_attempt(directive, index, control, task) end
    if is_in_line(directive, index, control) then return nil end
    if task.asking then return mend_request(directive, index, control, task) end
    if task.first then
      if task.staged >= task.count then return nil end
      add_later(shard_key('expand'), NOW_TEXT, task_member(directive.id, index))
      return 'fan-out'
    end
    if not task.state then return mend_waiting(directive, index, control, filed, work) end
    return go_again(directive, index)
  end

  -- Tasks that wait in the directive's own lists are woken by what is reserved, by money of the day or by a human.
  local function mend_lists(directive, filed)
    local limits = limits_of(directive)
    local is_woken = directive.reservedMicroUsd > 0 or directive.reservedTokens > 0 or filed.hasUnpark
    if directive.parked == 0 or is_woken then return nil end
    for _, list in ipairs({ 'parked', 'short', 'undrawn' }) do
      local count = redis.call('ZCARD', directive_key(directive.id, list))
      local is_asking = list == 'undrawn' and limits and limits.filed and is_on(shard_key('permits'), limits.filed)
      if count > 0 and not is_asking then
        if list == 'undrawn' and limits and limits.filed then file_permit(limits.filed) else file_list(directive, list, count) end
        return list
      end
    end
  end

  return mend_task, mend_lists
end)()
