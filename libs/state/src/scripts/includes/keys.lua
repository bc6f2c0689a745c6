-- Purpose: builds every key of a shard from its root KEYS[1]; the twin of keys.ts.
local ROOT = KEYS[1]

local function shard_key(name)
  return ROOT .. ':' .. name
end

local function directive_key(id, part)
  if part then return ROOT .. ':d:' .. id .. ':' .. part end
  return ROOT .. ':d:' .. id
end

local function task_member(id, index)
  return id .. '.' .. index
end
