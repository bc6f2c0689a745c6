-- Purpose: what a task borrows for one attempt from the home slot of its tenant: a turn under a rate, a place under a concurrency key.
-- `control.permits` lists them in the order in which they are asked for, the same for all tasks, so that two never wait for each other.
-- The worklist `permits` holds what the home slot is still to be told; a script cannot tell it, for it may be in another slot.
local FILED_PERMITS

local function begin_permits()
  FILED_PERMITS = 0
end

local function file_permit(member)
  FILED_PERMITS = FILED_PERMITS + 1
  add_later(shard_key('permits'), NOW_TEXT, member)
end

-- `word` is ask or back. One round of asking is for one attempt: what comes late about an earlier round changes nothing.
local function permit_member(word, directive, index, task, permit)
  return cjson.encode({ word, directive.id, index, int(task.round), directive.tenant, permit.kind, permit.key, int(permit.max), int(permit.perMs or 0) })
end

local function place_of(control, kind, key)
  for place, permit in ipairs(control.permits or {}) do
    if permit.kind == kind and permit.key == key then return place end
  end
end

-- A turn is given back only before it has come.
local function is_returnable(task, permit, is_asked)
  if permit.kind ~= 'rate' or is_asked then return true end
  return task.waiting ~= nil and task.waiting[1] == 'rate' and task.waiting[2] == permit.key and (task.deadline or 0) > NOW
end

-- For every way in which a task stops being on its way to an attempt, or in one.
local function return_permits(directive, index, control, task)
  local held, asking = task.permits or 0, task.asking
  if held == 0 and not asking then return end
  for place = 1, held + (asking and 1 or 0) do
    local permit = control.permits[place]
    if place > held then remove_later(shard_key('permits'), permit_member('ask', directive, index, task, permit)) end
    if is_returnable(task, permit, place > held) then file_permit(permit_member('back', directive, index, task, permit)) end
  end
  remove_later(shard_key('timers'), 'permit:' .. task_member(directive.id, index))
  task.permits, task.asking = nil, nil
end
