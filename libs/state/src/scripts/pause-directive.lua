-- Purpose: stops the release of a directive's tasks; what runs, runs on. Idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] actor
-- Returns: {'ok', state} | {'unknown'} | {'illegal', state, closing}
-- Events: directive.paused, checkpoint.created

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
if directive.state == 'PAUSED' and directive.closing == '' then return { 'ok', 'PAUSED' } end
if not may_go(directive, 'PAUSED') then return { 'illegal', directive.state, directive.closing } end
guard_shard({ directive })
guard_checkpoints(directive.id)

directive.state = 'PAUSED'
-- What its review may find now it could not act on; the resume asks again.
redis.call('ZREM', shard_key('outbox'), 'review:' .. directive.id)
emit(directive, 'directive.paused', nil, { actor = ARGV[2] })
add_checkpoint(directive, { kind = 'automatic', reason = 'paused', by = ARGV[2] })
save_directive(directive)
return { 'ok', 'PAUSED' }
