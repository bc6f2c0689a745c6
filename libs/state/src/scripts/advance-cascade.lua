-- Purpose: works off the oldest filed chunk of dependents, so that freeing or skipping thousands never blocks Redis.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base
-- Returns: {dispatched, expanding, left, reviewing} ; reviewing = directive id or ''
-- Events: directive.started, task.queued, task.held, task.deferred, task.skipped, and what closes a directive
-- @include keys clock record events tasks budget release advance cascade

local release = new_release(ARGV[1], ARGV[2])
local head = redis.call('ZPOPMIN', shard_key('cascade'))
local reviewing = ''
if head[1] then
  local id, node, chunk, mode = head[1]:match('^([^.]+)%.([^.]+)%.([^.]+)%.([^.]+)$')
  local directive = id and load_directive(id)
  if directive then
    if run_cascade(directive, node, chunk, mode, release) then reviewing = id end
    save_directive(directive)
  end
end
return { release.dispatched, release.expanding, redis.call('ZCARD', shard_key('cascade')), reviewing }
