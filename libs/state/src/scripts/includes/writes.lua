-- Purpose: gathers what can wait until a script's end: one ZADD or ZREM a sorted set, however many tasks and directives a call is about.
-- A command costs 3 µs in Lua and 2 µs in the append-only file whatever it carries.
local ADDED, REMOVED
-- When the first timer that this call files is due; nil when it files none.
local NEXT_TIMER

local function begin_writes()
  ADDED, REMOVED, NEXT_TIMER = {}, {}, nil
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

local function file_timer(due_at, member)
  NEXT_TIMER = math.min(NEXT_TIMER or due_at, due_at)
  add_later(shard_key('timers'), int(due_at), member)
end

local function remove_later(key, member)
  local list = REMOVED[key]
  if not list then
    list = { 'ZREM', key }
    REMOVED[key] = list
  end
  list[#list + 1] = member
end

local function flush_writes()
  for _, list in pairs(REMOVED) do redis.call(unpack(list)) end
  for _, list in pairs(ADDED) do redis.call(unpack(list)) end
end
