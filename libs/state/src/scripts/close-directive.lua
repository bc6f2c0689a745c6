-- Purpose: the orchestrator's own ending of a directive: no plan could be made, or the review accepted or rejected the result. Idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] COMPLETED | FAILED  [3] error code or ''  [4] error message  [5] data of evaluation.complete as JSON or ''
-- Returns: {'ok', state} | {'unknown'} | {'late', state} it rests already, is closing, paused, or still has open tasks
-- Events: evaluation.complete when it was reviewed, directive.completed | directive.failed

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
local target = ARGV[2]
local reviewed = directive.review == 'asked' and directive.open == 0 and directive.state ~= 'PAUSED'
local closable = directive.state == 'PENDING' or reviewed
if not closable or RESTING[directive.state] or directive.closing ~= '' then return { 'late', directive.state } end
require_that(target == 'FAILED' or (target == 'COMPLETED' and reviewed), 'a directive cannot be closed as ' .. target)
guard_directive(directive)

if ARGV[3] ~= '' then
  directive.errorCode = ARGV[3]
  directive.errorMessage = ARGV[4]
end
if ARGV[5] ~= '' then emit(directive, 'evaluation.complete', nil, ARGV[5]) end
finish_directive(directive, target)
save_directive(directive)
return { 'ok', directive.state }
