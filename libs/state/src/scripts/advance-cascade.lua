-- Purpose: works off the oldest filed chunk of dependents, so that freeing or skipping thousands never blocks Redis.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base
-- Returns: followup (see followup.lua) ; cascades = what is left
-- Events: directive.started, task.queued, task.held, task.deferred, task.skipped, and what closes a directive

local release = new_release(ARGV[1], ARGV[2])
local head = redis.call('ZRANGE', shard_key('cascade'), 0, 0)[1]
if head then
  local id, node, chunk, mode = head:match('^([^.]+)%.([^.]+)%.([^.]+)%.([^.]+)$')
  local directive = id and load_directive(id)
  if directive then
    guard_directive(directive)
  end
  redis.call('ZREM', shard_key('cascade'), head)
  if directive then
    run_cascade(directive, node, chunk, mode, release)
    save_directive(directive)
  end
end
return followup_of(release, true)
