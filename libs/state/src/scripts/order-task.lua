-- Purpose: a human skips a task, completes it with an output of his, or has it tried again now. What follows is filed for the executor. Idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] skip | complete | retry  [4] JSON {by, comment}  [5] complete: the output as JSON text; else ''
-- [6] seq of the last event that the one who orders saw, or ''
-- [7] 'held' when who orders may answer for one that is held, else ''
-- Returns: {'ok', state} | {'held'} it waits for a human, and nobody said that this one may answer | {'unknown'} | {'illegal', state, verb...} the verbs that are allowed | {'changed', seq}
-- Events: task.resolved, then task.skipped or task.completed

local id, index, verb = ARGV[1], ARGV[2], ARGV[3]
local directive = load_directive(id)
local control = directive and load_control(directive, index)
if not control then return { 'unknown' } end
require_that(verb == 'skip' or verb == 'complete' or verb == 'retry', 'nobody orders ' .. tostring(verb))
require_that(verb ~= 'complete' or #ARGV[5] > 0, 'an output is needed')
local word, task = cjson.decode(ARGV[4]), load_task(directive, index) or {}
if is_done(directive, index, task, verb, ARGV[5]) then return { 'ok', task.state } end
if ARGV[6] ~= '' and int(directive.seq) ~= ARGV[6] then return { 'changed', int(directive.seq) } end
local state, allowed = standing_of(directive, index, control, task)
if not is_allowed(allowed, verb) then return { 'illegal', state, unpack(allowed) } end
if state == 'held' and ARGV[7] ~= 'held' then return { 'held' } end
guard_directive(directive)
redis.call('ZCARD', queue_key('ready', control.queue))

order_task(directive, { index = index, control = control, task = task, verb = verb, word = word, text = ARGV[5] })
add_later(shard_key('outbox'), NOW_TEXT, 'execute:' .. id)
save_directive(directive)
return { 'ok', task.state }
