-- Purpose: lets a directive go that waits for its start: by a human's order, or by Redis' clock when its time has come. Its time to live begins here.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] who starts it, or '' for the clock
-- Returns: {'ok', state, the room to be told or ''} | {'unknown'} | {'illegal', state, closing} | {'early', state}
-- Events: directive.released

local directive, by = load_directive(ARGV[1]), ARGV[2]
require_that(by, 'who starts it is needed')
local text = directive and redis.call('HGET', directive_key(directive.id), 'start')
if not text or directive.closing ~= '' or directive.state ~= 'PENDING' then
  redis.call('ZREM', shard_key('timers'), 'start:' .. ARGV[1])
  if not directive then return { 'unknown' } end
  -- It has gone already, or never waited.
  local is_under_way = directive.state == 'PENDING' or directive.state == 'QUEUED' or directive.state == 'RUNNING' or directive.state == 'DEGRADED'
  if directive.closing == '' and is_under_way then return { 'ok', directive.state, '' } end
  return { 'illegal', directive.state, directive.closing }
end
local start = cjson.decode(text)
if by == '' and (start.at == 0 or NOW < start.at) then return { 'early', directive.state } end
guard_directive(directive)

local ttl_at = int(NOW + start.ttlMs)
redis.call('HDEL', directive_key(directive.id), 'start')
redis.call('HSET', directive_key(directive.id), 'ttlAt', ttl_at)
add_later(shard_key('timers'), ttl_at, 'ttl:' .. directive.id)
remove_later(shard_key('timers'), 'start:' .. directive.id)
emit(directive, 'directive.released', nil, { by = by ~= '' and by or nil })
if directive.total > 0 then
  queue_plan(directive, start.queues, start.rootChunks)
else
  add_later(shard_key('outbox'), NOW, 'decide:' .. directive.id)
end
save_directive(directive)
return { 'ok', directive.state, directive.total > 0 and 'execute' or 'decide' }
