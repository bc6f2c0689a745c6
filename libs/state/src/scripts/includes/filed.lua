-- Purpose: whether something stands on a list, and what the cascade holds of one directive.
-- Chunks that the cascade may hold while its members are still looked through.
local MOST_FILED = 500

local function is_on(key, member)
  return redis.call('ZSCORE', key, member) and true or false
end

-- What the cascade holds of a directive: by node, and whether anything of its start and of its own lists. nil when it is too long to say.
local function filed_of(id)
  if redis.call('ZCARD', shard_key('cascade')) > MOST_FILED then return nil end
  local filed = { nodes = {}, hasStart = false, hasUnpark = false, hasAny = false }
  for _, member in ipairs(redis.call('ZRANGE', shard_key('cascade'), 0, -1)) do
    local owner, node, _, mode = member:match('^([^.]+)%.([^.]+)%.([^.]+)%.([^.]+)$')
    if owner == id then
      filed.hasAny = true
      if mode == 'start' then filed.hasStart = true elseif mode == 'unpark' then filed.hasUnpark = true else filed.nodes[node] = true end
    end
  end
  return filed
end
