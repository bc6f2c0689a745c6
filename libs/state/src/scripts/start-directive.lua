-- Purpose: acts on ExecuteDirective messages: releases the first chunk of tasks without dependencies. A second message finds nothing to do.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base  [3..] directive ids
-- Returns: {dispatched, expanding, more} ; dispatched = list of {id, index, attempt, nonce, queue, ttlMs, tenant, traceparent, spec} ;
-- more = 1 when there are further chunks of such tasks
-- Events: directive.started, task.queued, task.held, task.deferred

local directives, seen, more = {}, {}, 0
guard_shard()
for at = 3, #ARGV do
  local directive = not seen[ARGV[at]] and load_directive(ARGV[at])
  seen[ARGV[at]] = true
  if directive then
    directives[#directives + 1] = directive
    if find_roots(directive) then more = 1 end
  end
end

local release = new_release(ARGV[1], ARGV[2])
for _, directive in ipairs(directives) do
  remove_later(shard_key('outbox'), 'execute:' .. directive.id)
  if directive.roots then start_first_roots(directive, release) end
end
return { release.dispatched, release.expanding, more }
