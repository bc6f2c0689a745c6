-- Purpose: ends a directive whose time to live is over, by Redis' clock; before that it does nothing.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] tasks to finish in this call
-- Returns: {'ok', state, more} | {'unknown'} | {'early', ttlAt} | {'rests', state}
-- Events: task.expired per open task, directive.timeout

local directive = load_directive(ARGV[1])
if not directive or RESTING[directive.state] or directive.closing ~= '' then
  redis.call('ZREM', shard_key('timers'), 'ttl:' .. ARGV[1])
  return { directive and 'rests' or 'unknown', directive and directive.state or '' }
end
if NOW < directive.ttlAt then return { 'early', int(directive.ttlAt) } end
guard_close(directive, ARGV[2])

directive.errorCode = 'DIRECTIVE_TIMEOUT'
directive.errorMessage = 'the time to live of the directive is over'
begin_close(directive, 'TIMEOUT')
local more = close_chunk(directive, tonumber(ARGV[2]))
redis.call('ZREM', shard_key('timers'), 'ttl:' .. directive.id)
save_directive(directive)
return { 'ok', directive.state, more and 1 or 0 }
