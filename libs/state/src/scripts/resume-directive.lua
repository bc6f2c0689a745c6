-- Purpose: lets a paused directive go on; its parked tasks go back into the line through the cascade.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] actor
-- Returns: {'ok', state} | {'unknown'} | {'illegal', state, closing}
-- Events: directive.resumed, directive.degraded when it still lacks something

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
local is_closing = directive.closing ~= ''
if not is_closing and (directive.state == 'RUNNING' or directive.state == 'DEGRADED') then return { 'ok', directive.state } end
if directive.state ~= 'PAUSED' or is_closing then return { 'illegal', directive.state, directive.closing } end
guard_directive(directive)

directive.state = 'RUNNING'
emit(directive, 'directive.resumed', nil, { actor = ARGV[2] })
shortages.tell(directive)
-- Also when none is parked: its last task may have ended in the meantime.
file_cascade(directive, 'parked', int(directive.parked), 'unpark')
file_waiting_for_budget(directive)
redis.call('ZADD', shard_key('outbox'), NOW, 'execute:' .. directive.id)
save_directive(directive)
return { 'ok', directive.state }
