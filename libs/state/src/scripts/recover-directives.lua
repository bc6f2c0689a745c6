-- Purpose: looks whether what degraded directives lack is there again; one that lacks nothing any more goes on as RUNNING. Idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] number of queues that workers take jobs from  [2..] these queues, then directive ids, <= 100
-- Returns: how many are RUNNING again
-- Events: directive.recovered

local count, served, directives = tonumber(ARGV[1]), {}, {}
require_that(count and count >= 0 and #ARGV > count, 'how many queues, and which, is needed')
for at = 2, count + 1 do served[ARGV[at]] = true end
for at = count + 2, #ARGV do
  local directive = load_directive(ARGV[at])
  if directive and directive.degraded ~= '' then directives[#directives + 1] = directive end
  if not directive or directive.degraded == '' then remove_later(shard_key('degraded'), ARGV[at]) end
end
guard_shard(directives)

-- A fallback is in use from its grant on; between two attempts it still is.
local function is_over(directive, shortage)
  local task = load_task(directive, shortage.index)
  local state = task and task.state or 'ready'
  if FINAL[state] or state == 'held' then return true end
  if shortage.reason == 'fallback' then return not task or not task.fallback end
  return state == 'running' or served[shortage.queue] or false
end

local recovered = 0
for _, directive in ipairs(directives) do
  local was = directive.state
  if directive.closing == '' then
    shortages.end_those(directive, function(shortage) return is_over(directive, shortage) end)
    if directive.state ~= was then recovered = recovered + 1 end
    save_directive(directive)
  end
end
return recovered
