-- Purpose: builds every key of a shard from its root KEYS[1]; the twin of keys.ts.
-- A key is put together once a call and kept, for Lua takes 1 µs to make a string of 50 characters and a settlement names 25 keys.
local ROOT
-- The arguments of the call, in place of the global that EVAL has and a function has not.
local ARGV

-- By root, then by name: a Redis has few roots, and a shard as many names as it has queues.
local SHARD_KEYS = {}

local function shard_keys()
  local keys = SHARD_KEYS[ROOT]
  if not keys then
    keys = { ready = {}, inflight = {}, fair = {} }
    SHARD_KEYS[ROOT] = keys
  end
  return keys
end

local function shard_key(name)
  local keys = shard_keys()
  local key = keys[name]
  if not key then
    key = ROOT .. ':' .. name
    keys[name] = key
  end
  return key
end

-- `list` is ready, inflight or fair.
local function queue_key(list, queue)
  local keys = shard_keys()[list]
  local key = keys[queue]
  if not key then
    key = ROOT .. ':' .. list .. ':' .. queue
    keys[queue] = key
  end
  return key
end

-- By directive id, for one call: `register` begins it anew.
local DIRECTIVE_KEYS

local function directive_key(id, part)
  local keys = DIRECTIVE_KEYS[id]
  if not keys then
    keys = { [''] = ROOT .. ':d:' .. id }
    DIRECTIVE_KEYS[id] = keys
  end
  part = part or ''
  local key = keys[part]
  if not key then
    key = keys[''] .. ':' .. part
    keys[part] = key
  end
  return key
end

local function task_member(id, index)
  return id .. '.' .. index
end
