-- Purpose: writes one chunk of a fan-out's children and makes them ready; the first call takes their indexes. Idempotent by `from`.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] fan-out's index  [3] number of children  [4] from  [5] max tasks of a plan  [6] window  [7] nonce base
-- ARGV[8..] control and spec of each child, <= 100 children
-- Returns: {'ok', staged, followup} | {'stale'} it is final, or its list is not known yet | {'too-large', total}
-- Events: task.expanded at the first chunk, then task.queued ..., task.completed when there are no children

local id, index, count, from, max_tasks = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local directive = load_directive(id)
local control = directive and load_control(directive, index)
local task = control and (load_task(directive, index) or {})
local expand_member = task_member(id, index)
if not control or FINAL[task.state] or directive.closing ~= '' or RESTING[directive.state] then
  redis.call('ZREM', shard_key('expand'), expand_member)
  return { 'stale' }
end
if not task.first and not redis.call('ZSCORE', shard_key('expand'), expand_member) then return { 'stale' } end
if not task.first and directive.total + count > max_tasks then return { 'too-large', int(directive.total) } end
-- Another list than the first time, or more than it has, would write over the indexes of others.
local added = from == (task.staged or 0) and (#ARGV - 7) / 2 or 0
local is_whole = added % 1 == 0 and from + added <= count
require_that(is_whole and (task.count or count) == count, 'the children are not those of the first call')
local controls = {}
for at = 0, added - 1 do controls[at] = decode_kept(ARGV[8 + 2 * at]) end
guard_directive(directive)

local release = new_release(ARGV[6], ARGV[7])
if not task.first then
  set_busy(directive, task, false)
  start_directive(directive)
  task = {
    state = 'waiting', since = NOW, deadline = directive.ttlAt, waiting = { 'children', control.id },
    first = directive.total, count = count, staged = 0, childrenOpen = count, childrenFailed = 0,
  }
  directive.total = directive.total + count
  directive.open = directive.open + count
  emit(directive, 'task.expanded', control.id, { items = count })
end

task.staged = task.staged + added
save_task(directive, index, task)
for at = 0, added - 1 do
  local child_index = to_base36(task.first + from + at)
  redis.call('HSET', directive_key(id, 'plan'), child_index, ARGV[8 + 2 * at], child_index .. ':spec', ARGV[9 + 2 * at])
  make_ready(directive, child_index, controls[at], nil, release)
end

if task.staged >= count then redis.call('ZREM', shard_key('expand'), expand_member) end
if count == 0 then
  join_fan_out(directive, index, control, task, release)
  close_when_done(directive, release)
end
save_directive(directive)
return { 'ok', int(task.staged), followup_of(release, true) }
