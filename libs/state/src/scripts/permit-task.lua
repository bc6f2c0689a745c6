-- Purpose: tells a task that its tenant's home slot gave it what it asked for. It goes on, at once or when its turn has come.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] round of asking  [4] kind  [5] key  [6] when its turn comes, epoch ms; '' now; again: the home slot forgot it, and it has to ask anew  [7] window  [8] nonce base
-- Returns: {'ok', followup} | {'known'} it was told already | {'stale'} it does not want that any more: it is to be given back
-- Events: task.queued, or what else a task that is ready gets

-- A directive whose tasks wait longer than this for their turns is not at work.
local LONG_TURN_MS = 1000
local id, index, kind = ARGV[1], ARGV[2], ARGV[4]
local directive = load_directive(id)
local control = directive and load_control(directive, index)
local task = control and load_task(directive, index)
local place = task and task.round and int(task.round) == ARGV[3] and place_of(control, kind, ARGV[5]) or 0
local held = place > 0 and task.permits or 0
if place > 0 and place <= held then return { 'known' } end
if place ~= held + 1 or not task.asking or directive.closing ~= '' or RESTING[directive.state] then return { 'stale' } end
local permit = control.permits[place]
guard_directive(directive)

local release, turn_at = new_release(ARGV[7], ARGV[8]), tonumber(ARGV[6])
remove_later(shard_key('permits'), permit_member('ask', directive, index, task, permit))
task.asking, task.permits = nil, place
-- Also when what follows leaves it as it is: it must not say that it asks.
save_task(directive, index, task)
if ARGV[6] == 'again' then
  task.permits = place > 1 and place - 1 or nil
  return_permits(directive, index, control, task)
  make_ready(directive, index, control, task, release)
elseif turn_at and turn_at > NOW then
  task.deadline = turn_at
  if turn_at > NOW + LONG_TURN_MS then set_busy(directive, task, false) end
  file_timer(turn_at, 'permit:' .. task_member(id, index))
else
  make_ready(directive, index, control, task, release)
end
save_directive(directive)
return { 'ok', followup_of(release, directive.filed) }
