-- Purpose: looks at every key a transition may write, so that one of a wrong type fails the script before its first write: Lua does not roll back.
-- ZINTERCARD and XREAD look at the type of every key they are given; with a key that never is, and from the end on, they find nothing:
-- 10 keys in 1.7 µs, where ZCARD or XLEN on each took 5 µs.
local SHARD_SETS = { 'none', 'outbox', 'timers', 'cascade', 'expand', 'closing', 'discard', 'queues', 'permits', 'degraded', 'orphaning' }

-- Tasks of a tenant that wait for a human; not kept, for there may be any number of tenants.
local function holds_key(directive)
  return ROOT .. ':holds:' .. directive.tenant
end

local function guard_sets(keys)
  redis.call('ZINTERCARD', #keys, unpack(keys))
end

local function guard_streams(keys)
  local count = #keys
  for at = 1, count do keys[count + at] = '$' end
  redis.call('XREAD', 'STREAMS', unpack(keys))
end

-- The shard's keys, those of each directive that are written beside its record, and further sorted sets.
local function guard_shard(directives, more_sets)
  local sets, streams = more_sets or {}, { shard_key('events') }
  for at = 1, #SHARD_SETS do sets[#sets + 1] = shard_key(SHARD_SETS[at]) end
  for _, directive in ipairs(directives) do
    sets[#sets + 1] = directive_key(directive.id, 'parked')
    -- Those of which most directives have none: a key that is not there has no wrong type.
    if directive.parked > 0 then
      for _, list in ipairs({ 'short', 'unfunded', 'undrawn' }) do sets[#sets + 1] = directive_key(directive.id, list) end
    end
    sets[#sets + 1] = holds_key(directive)
    streams[#streams + 1] = directive_key(directive.id, 'events')
  end
  guard_sets(sets)
  guard_streams(streams)
end

-- What releasing its tasks writes of a directive, too.
local function guard_tasks(id)
  redis.call('HLEN', directive_key(id, 'plan'))
  redis.call('HLEN', directive_key(id, 'tasks'))
end

local function guard_directive(directive)
  guard_shard({ directive })
  guard_tasks(directive.id)
end

-- An argument no script can go on with is refused before the first write, too.
local function require_that(condition, message)
  if not condition then error({ err = 'ERR ' .. message }) end
end
