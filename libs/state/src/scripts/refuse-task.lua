-- Purpose: fails a task that was never dispatched, with the reason: a fan-out over something that is no list, or above its cap.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] code  [4] message  [5] window  [6] nonce base
-- Returns: {'ok', followup} | {'stale'} it is final, was dispatched, is expanded, or its directive ends
-- Events: directive.started if it had not, task.failed, and what follows

local id, index = ARGV[1], ARGV[2]
local directive, control, task = load_expanding(id, index)
if not directive then return { 'stale' } end

local release = new_release(ARGV[5], ARGV[6])
redis.call('ZREM', shard_key('expand'), task_member(id, index))
refuse(directive, index, control, task, { code = ARGV[3], message = ARGV[4] }, release)
save_directive(directive)
return { 'ok', followup_of(release, directive.filed) }
