-- Purpose: gathers what can wait until a script's end: one ZADD or ZREM a sorted set and one XADD to the shard's stream, however many tasks and
-- directives a call is about. A command costs 3 µs in Lua and 2 µs in the append-only file whatever it carries.
local ADDED, REMOVED, POINTERS, POINTED

local function begin_writes()
  ADDED, REMOVED, POINTERS, POINTED = {}, {}, {}, {}
end

local function add_later(key, score, member)
  local list = ADDED[key]
  if not list then
    list = { 'ZADD', key }
    ADDED[key] = list
  end
  list[#list + 1] = score
  list[#list + 1] = member
end

local function remove_later(key, member)
  local list = REMOVED[key]
  if not list then
    list = { 'ZREM', key }
    REMOVED[key] = list
  end
  list[#list + 1] = member
end

-- A pointer is `<directive id> <tenant> <seq> <type> ...`: all events a call writes of a directive, numbered on from the first.
local function point_later(directive, type_name)
  local words = POINTED[directive.id]
  if not words then
    words = { directive.id, directive.tenant, int(directive.seq) }
    POINTED[directive.id] = words
    POINTERS[#POINTERS + 1] = words
  end
  words[#words + 1] = type_name
end

local function flush_pointers()
  local fields = {}
  for _, words in ipairs(POINTERS) do
    fields[#fields + 1] = 'e'
    fields[#fields + 1] = table.concat(words, ' ')
  end
  if #fields > 0 then redis.call('XADD', shard_key('events'), '*', unpack(fields)) end
end

local function flush_writes()
  for _, list in pairs(REMOVED) do redis.call(unpack(list)) end
  for _, list in pairs(ADDED) do redis.call(unpack(list)) end
  flush_pointers()
end

-- What every transition is wrapped in: its shard, its arguments and its time before it, the gathered writes after it.
local function register(name, transition)
  redis.register_function(name, function(keys, arguments)
    ROOT = keys[1]
    ARGV = arguments
    NOW = redis_now()
    NOW_TEXT = int(NOW)
    DIRECTIVE_KEYS = {}
    begin_writes()
    local reply = transition()
    flush_writes()
    return reply
  end)
end
