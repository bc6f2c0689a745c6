-- Purpose: a task on the worklist `expand`: its condition is to be looked at, or its list to be spread.
-- Nothing when it went on already. When it is final or its directive ends it is struck off, too: nobody else would.
local function load_expanding(id, index)
  local directive = load_directive(id)
  local control = directive and load_control(directive, index)
  local task = control and (load_task(directive, index) or {})
  if not control or RESTING[directive.state] or directive.closing ~= '' or FINAL[task.state] then
    redis.call('ZREM', shard_key('expand'), task_member(id, index))
    return
  end
  if task.first or task.nonce then return end
  guard_directive(directive)
  return directive, control, task
end
