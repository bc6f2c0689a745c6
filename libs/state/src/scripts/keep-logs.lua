-- Purpose: moves log lines of finished jobs to their directives; those of a directive that is gone go, too.
-- KEYS[1] root of the shard
-- ARGV[1..] of each job: list with its lines, directive id, task index and attempt as <index>.<attempt>
-- Returns: how many were moved
-- Events: none

local moved = 0
require_that(#ARGV % 3 == 0, 'three values of each job are needed')
for at = 1, #ARGV, 3 do
  local lines, id = ARGV[at], ARGV[at + 1]
  if redis.call('EXISTS', lines) == 1 then
    if redis.call('EXISTS', directive_key(id)) == 1 then
      redis.call('RENAME', lines, directive_key(id, 'logs:' .. ARGV[at + 2]))
      moved = moved + 1
    else
      redis.call('UNLINK', lines)
    end
  end
end
return moved
