-- Purpose: cancels a directive: from this step on no attempt starts. Small ones are CANCELLED at once, large ones by close-chunk.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] tasks to finish in this call
-- Returns: {'ok', state, more} | {'unknown'} | {'illegal', state, closing}
-- Events: task.cancelled per open task, directive.cancelled

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
-- Whoever asks again while it is closing must not be told that it is over: it goes on with `close-chunk`.
if directive.closing == 'CANCELLED' then return { 'ok', directive.state, 1 } end
if directive.state == 'CANCELLED' then return { 'ok', directive.state, 0 } end
if not may_go(directive, 'CANCELLED') then return { 'illegal', directive.state, directive.closing } end
guard_close(directive, ARGV[2])

begin_close(directive, 'CANCELLED')
local more = close_chunk(directive, tonumber(ARGV[2]))
save_directive(directive)
return { 'ok', directive.state, more and 1 or 0 }
