-- Purpose: takes tasks from the lists they wait in (ready sets, timers, the parked) and puts the law of dispatch to them.
-- A task taken from a list: it may have become final in the meantime.
local function is_releasable(task)
  return not task or task.state == 'ready' or task.state == 'deferred' or task.state == 'held' and task.waiting[1] == 'budget'
end

local function release_member(directive, index, release)
  local task, control = load_task(directive, index), load_releasable(directive, index, release)
  if control and is_releasable(task) then make_ready(directive, index, control, task, release) end
end

-- The directives of `<id>.<index>` members, each read and guarded once, before the first write; false for one that is gone.
local function load_directives(members)
  local directives, found = {}, {}
  for _, member in ipairs(members) do
    local id = member:match('^([^.]+)%.[^.]+$')
    if id and directives[id] == nil then
      directives[id] = load_directive(id) or false
      if directives[id] then
        guard_tasks(id)
        found[#found + 1] = directives[id]
      end
    end
  end
  guard_shard(found)
  return directives
end

local function release_members(members, directives, release)
  for _, member in ipairs(members) do
    local id, index = member:match('^([^.]+)%.([^.]+)$')
    if id and directives[id] then release_member(directives[id], index, release) end
  end
  for _, directive in pairs(directives) do
    if directive then save_directive(directive) end
  end
end

-- Looks again at up to `limit` tasks that wait for the directive itself; one that must wait on is parked behind the others.
local function unpark(directive, release, limit)
  local parked = redis.call('ZPOPMIN', directive_key(directive.id, 'parked'), limit)
  directive.parked = directive.parked - #parked / 2
  for at = 1, #parked, 2 do release_member(directive, parked[at], release) end
end
