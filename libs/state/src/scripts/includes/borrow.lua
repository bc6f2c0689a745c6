-- Purpose: a task that has to borrow from its tenant's home slot before an attempt: it asks, and is deferred until it is told.
-- It asks for what it lacks; what comes is for whoever of the directive is looked at first.
local function wait_for_day(directive, index, control, task, lack)
  file_own(directive, 'undrawn', NOW_TEXT, index)
  return_permits(directive, index, control, task)
  defer(directive, index, control, task, 'tenant-budget', directive.tenant)
  ask_draw(directive, lack)
end

local function next_permit(control, task)
  return control.permits and control.permits[(task.permits or 0) + 1]
end

local function ask_permit(directive, index, control, task, permit)
  if task.asking then return end
  if not task.permits then task.round = (task.round or 0) + 1 end
  task.asking = true
  defer(directive, index, control, task, permit.kind, permit.key)
  file_permit(permit_member('ask', directive, index, task, permit))
end
