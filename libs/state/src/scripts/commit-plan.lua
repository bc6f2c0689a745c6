-- Purpose: makes the staged plan the plan of an accepted directive. O(1) in the number of tasks; idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] plan JSON {total, edges, hash, rootChunks, queues, planFields, pendingFields}
-- ARGV[3] '1' when the review room is to see the result  [4] what was decided, JSON {workflow, input}  [5] its workflow
-- Returns: {'ok'} | {'unknown'} | {'late', state} the directive is no longer PENDING, or still waits for its start | {'unstaged'} its hour is over: stage it again
-- Events: directive.planned

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
local waits = redis.call('HEXISTS', directive_key(directive.id), 'start') == 1
if directive.state ~= 'PENDING' or directive.closing ~= '' or waits then return { 'late', directive.state } end
local plan = cjson.decode(ARGV[2])
require_that(ARGV[5], 'what was decided is needed')
if not is_staged(directive.id, plan) then return { 'unstaged' } end
guard_directive(directive)

adopt_staged(directive.id, plan.hash)
commit_plan(directive, plan)
directive.review = ARGV[3]
redis.call('HSET', directive_key(directive.id), 'decided', ARGV[4], 'workflow', ARGV[5])
save_directive(directive)
return { 'ok' }
