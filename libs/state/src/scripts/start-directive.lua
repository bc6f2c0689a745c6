-- Purpose: acts on ExecuteDirective messages: releases the first chunk of tasks without dependencies. A second message finds nothing to do.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base  [3..] directive ids
-- Returns: {left, followup} ; left = ids not looked at, to keep the call short
-- Events: directive.started, task.queued, task.held, task.deferred

local directives, seen, left = {}, {}, {}
for at = 3, #ARGV do
  local id = ARGV[at]
  local directive = not seen[id] and load_directive(id)
  seen[id] = true
  if directive then directives[#directives + 1] = directive end
end
guard_shard(directives)
local more = #directives > 0 and find_roots(directives)

local release, started = new_release(ARGV[1], ARGV[2]), 0
for _, directive in ipairs(directives) do
  if started >= START_ROOTS then
    left[#left + 1] = directive.id
  else
    remove_later(shard_key('outbox'), 'execute:' .. directive.id)
    if directive.roots and waits_for_slot(directive, '0') then
      remove_later(shard_key('cascade'), directive.id .. '.root.0.start')
      save_directive(directive)
    elseif directive.roots then
      start_first_roots(directive, release)
    end
    started = started + #(directive.roots or {})
  end
end
return { left, followup_of(release, more or any_filed(directives)) }
