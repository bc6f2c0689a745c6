-- Purpose: acts on ExecuteDirective messages: releases the first chunk of tasks without dependencies. A second message finds nothing to do.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base  [3..] directive ids
-- Returns: {dispatched, expanding, more, left} ; left = ids not looked at, to keep the call short ; dispatched = list of {id, index, attempt, nonce, queue, ttlMs, tenant, traceparent, spec} ;
-- more = 1 when there are further chunks of such tasks
-- Events: directive.started, task.queued, task.held, task.deferred

local directives, seen, left, roots, more = {}, {}, {}, 0, 0
guard_shard()
for at = 3, #ARGV do
  local id = ARGV[at]
  if roots >= START_ROOTS then
    left[#left + 1] = id
  elseif not seen[id] then
    seen[id] = true
    local directive = load_directive(id)
    if directive then
      directives[#directives + 1] = directive
      if find_roots(directive) then more = 1 end
      roots = roots + #directive.roots
    end
  end
end

local release = new_release(ARGV[1], ARGV[2])
for _, directive in ipairs(directives) do
  remove_later(shard_key('outbox'), 'execute:' .. directive.id)
  if directive.has_roots then start_first_roots(directive, release) end
end
return { release.dispatched, release.expanding, more, left }
