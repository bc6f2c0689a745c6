-- Purpose: a human ends a directive: from this step on no attempt starts. Small ones are final at once, large ones by close-chunk. Idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] COMPLETED | FAILED | STOPPED  [3] tasks to finish in this call  [4] who ends it  [5] the reason or ''
-- Returns: {'ok', state, more} | {'unknown'} | {'illegal', state, closing}
-- Events: task.cancelled per open task, directive.completed | directive.failed | directive.stopped

local directive, target = load_directive(ARGV[1]), ARGV[2]
if not directive then return { 'unknown' } end
require_that(target == 'COMPLETED' or target == 'FAILED' or target == 'STOPPED', 'nobody ends a directive as ' .. tostring(target))
require_that(ARGV[4] and ARGV[5], 'who ends it, and why, is needed')
if directive.closing == target then return { 'ok', directive.state, 1 } end
if directive.state == target then return { 'ok', directive.state, 0 } end
if not may_go(directive, target) then return { 'illegal', directive.state, directive.closing } end
guard_close(directive, ARGV[3])

if target == 'COMPLETED' then
  directive.errorCode, directive.errorMessage = '', ''
elseif target == 'FAILED' then
  directive.errorCode = 'FAILED_BY_HUMAN'
  directive.errorMessage = ARGV[5] ~= '' and ARGV[5] or ARGV[4] .. ' ended the directive as failed'
end
begin_close(directive, target)
-- For the last event, which a later chunk may write.
local ending = cjson.encode({ by = ARGV[4], reason = ARGV[5] ~= '' and ARGV[5] or nil })
redis.call('HSET', directive_key(directive.id), 'ending', ending)
-- One that rests, or waits for its review, has no task to finish.
if directive.open == 0 then directive.closeCursor = directive.total end
local more = close_chunk(directive, tonumber(ARGV[3]))
save_directive(directive)
return { 'ok', directive.state, more and 1 or 0 }
