-- Purpose: says what came of a task's condition: it goes on as any task that is ready, or is skipped.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] pass | skip  [4] window  [5] nonce base
-- Returns: {'ok', followup} | {'stale'} it is final, was looked at already, or its directive ends
-- Events: task.skipped and what follows, or what a task that is ready gets

local id, index = ARGV[1], ARGV[2]
local directive, control, task = load_expanding(id, index)
if not directive or task.passed then return { 'stale' } end

local release = new_release(ARGV[4], ARGV[5])
redis.call('ZREM', shard_key('expand'), task_member(id, index))
if ARGV[3] == 'skip' then
  start_directive(directive)
  finish_task(directive, index, control, task, 'skipped')
  emit(directive, 'task.skipped', control.id, { because = control.id, condition = true })
  advance(directive, index, control, 'skipped', release)
else
  task.passed = true
  task.state = 'ready'
  task.since = NOW
  save_task(directive, index, task)
  make_ready(directive, index, control, task, release)
end
save_directive(directive)
return { 'ok', followup_of(release, directive.filed) }
