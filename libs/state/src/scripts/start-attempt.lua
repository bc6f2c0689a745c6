-- Purpose: records that workers took the jobs of attempts; from here a `once` task is never run again. Late or repeated reports are dropped by the fence.
-- KEYS[1] root of the shard
-- ARGV[1] grace in ms beyond the action's timeout  [2..] of each attempt: directive id, task index, attempt, nonce
-- Returns: the number of reports that were stale
-- Events: task.started

local grace_ms, stale, directives, starting, reported, windows = tonumber(ARGV[1]), 0, {}, {}, {}, {}
require_that(grace_ms, 'a grace is needed')
for at = 2, #ARGV, 4 do
  local id, index = ARGV[at], ARGV[at + 1]
  if directives[id] == nil then directives[id] = load_directive(id) or false end
  local directive = directives[id]
  local task = directive and not RESTING[directive.state] and load_task(directive, index)
  if not task or reported[task] or task.state ~= 'dispatched' or int(task.attempt) ~= ARGV[at + 2] or task.nonce ~= ARGV[at + 3] then
    stale = stale + 1
  else
    windows[#windows + 1] = queue_key('inflight', load_control(directive, index).queue)
    reported[task] = true
    starting[#starting + 1] = { directive, index, task }
  end
end

local found = {}
for _, directive in pairs(directives) do found[#found + 1] = directive or nil end
guard_shard(found, windows)
for _, one in ipairs(starting) do begin_attempt(one[1], one[2], one[3], grace_ms) end
for _, directive in ipairs(found) do save_directive(directive) end
return stale
