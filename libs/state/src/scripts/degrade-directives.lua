-- Purpose: tells directives that no worker takes jobs from a queue for which tasks of theirs wait. Idempotent; one that is paused or over is left as it is.
-- KEYS[1] root of the shard
-- ARGV[1] the queue  [2..] `<directive id>.<task index>` of tasks that wait for it, <= 100
-- Returns: how many became DEGRADED
-- Events: directive.degraded

local queue, members, directives, found = ARGV[1], {}, {}, {}
require_that(queue and #queue > 0, 'the queue is needed')
for at = 2, #ARGV do
  local id, index = ARGV[at]:match('^([^.]+)%.([^.]+)$')
  require_that(id, 'not a task: ' .. ARGV[at])
  members[#members + 1] = { id, index }
  if directives[id] == nil then
    directives[id] = load_directive(id) or false
    if directives[id] then found[#found + 1] = directives[id] end
  end
end
guard_shard(found, { queue_key('ready', queue) })

local function waits(directive, index)
  local task, control = load_task(directive, index), load_control(directive, index)
  if not control or control.queue ~= queue then return false end
  if task and task.state == 'dispatched' then return true end
  return redis.call('ZSCORE', queue_key('ready', queue), task_member(directive.id, index)) and true or false
end

local degraded = 0
for _, member in ipairs(members) do
  local directive, index = directives[member[1]], member[2]
  local was = directive and directive.closing == '' and NOW < directive.ttlAt and directive.state
  if (was == 'RUNNING' or was == 'DEGRADED') and waits(directive, index) then
    local control = load_control(directive, index)
    shortages.add(directive, { reason = 'no-worker', task = control.id, index = index, queue = queue }, function(known)
      return waits(directive, known.index)
    end)
    if directive.state ~= was then degraded = degraded + 1 end
  end
end
for _, directive in ipairs(found) do save_directive(directive) end
return degraded
