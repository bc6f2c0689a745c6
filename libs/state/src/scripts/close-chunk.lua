-- Purpose: finishes the next tasks of a directive that is closing, so that ending 10,000 tasks never blocks Redis.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] tasks to finish in this call
-- Returns: {'ok', state, more} | {'unknown'} | {'rests', state}
-- Events: task.cancelled | task.expired per open task, then the final event

local directive = load_directive(ARGV[1])
if not directive or directive.closing == '' then
  redis.call('ZREM', shard_key('closing'), ARGV[1])
  return { directive and 'rests' or 'unknown', directive and directive.state or '' }
end
guard_close(directive, ARGV[2])

local more = close_chunk(directive, tonumber(ARGV[2]))
save_directive(directive)
return { 'ok', directive.state, more and 1 or 0 }
