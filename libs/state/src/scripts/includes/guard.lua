-- Purpose: reads every key a transition may write, so that one of a wrong type fails the script before its first write: Lua does not roll back.
local SHARD_READS = {
  events = 'XLEN', control = 'XLEN', queues = 'SCARD', outbox = 'ZCARD', timers = 'ZCARD', cascade = 'ZCARD', expand = 'ZCARD', closing = 'ZCARD',
  discard = 'ZCARD',
}
local DIRECTIVE_READS = { plan = 'HLEN', tasks = 'HLEN', outputs = 'HLEN', artifacts = 'HLEN', events = 'XLEN', parked = 'ZCARD' }

-- What nearly every transition writes, and all that some write.
local function guard_events(id)
  redis.call('XLEN', directive_key(id, 'events'))
  redis.call('XLEN', shard_key('events'))
end

local function guard_shard()
  for name, read in pairs(SHARD_READS) do redis.call(read, shard_key(name)) end
end

local function guard_directive(id)
  redis.call('HLEN', directive_key(id))
  for part, read in pairs(DIRECTIVE_READS) do redis.call(read, directive_key(id, part)) end
end

local function guard_queue(queue)
  redis.call('ZCARD', shard_key('ready:' .. queue))
  redis.call('ZCARD', shard_key('inflight:' .. queue))
end

-- An argument no script can go on with is refused before the first write, too.
local function require_that(condition, message)
  if not condition then error({ err = 'ERR ' .. message }) end
end
