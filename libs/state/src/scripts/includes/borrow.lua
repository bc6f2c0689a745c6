-- Purpose: a task that has to borrow from its tenant's home slot before an attempt: it asks, and is deferred until it is told.
-- By what it wants to reserve: what is drawn goes first to those it is enough for.
local function wait_for_day(directive, index, control, task, lack)
  local limits, before = limits_of(directive), directive.parked
  file_own(directive, 'undrawn', int(control.reserveMicroUsd), index)
  if directive.parked > before then limits.wanted = limits.wanted + control.reserveMicroUsd end
  return_permits(directive, index, control, task)
  set_busy(directive, task, false)
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
  set_busy(directive, task, true)
  defer(directive, index, control, task, permit.kind, permit.key)
  save_task(directive, index, task)
  file_permit(permit_member('ask', directive, index, task, permit))
end
