-- Purpose: makes a directive the child of another in its shard, in the step that accepts it (its record's first value names the parent), and finds
-- the parent whose end it was not told.
-- A table, for a chunk of Lua has at most 200 local names.
local family = {}
do
  local MOST_CHILDREN, MOST_DEPTH = 200, 5

  local function parent_of(draft)
    return ARGV[draft.values] == 'parent' and ARGV[draft.values + 1] or nil
  end

  -- Why it cannot be; nil when it can, or has no parent. `taken`: how many children each parent got in this call.
  function family.refusal_of(draft, taken)
    local id = draft.record_count > 0 and parent_of(draft)
    if not id then return nil end
    local parent = load_directive(id)
    if not parent or parent.tenant ~= draft.tenant then return 'parent-unknown' end
    if parent.closing ~= '' or RESTING[parent.state] then return 'parent-over' end
    draft.depth = tonumber(redis.call('HGET', directive_key(id), 'depth') or 0) + 1
    if draft.depth > MOST_DEPTH then return 'too-deep' end
    if redis.call('ZCARD', directive_key(id, 'children')) + (taken[id] or 0) >= MOST_CHILDREN then return 'too-many' end
    taken[id] = (taken[id] or 0) + 1
  end

  function family.depth_of(draft)
    return draft.depth and { 'depth', int(draft.depth) } or {}
  end

  function family.link(draft)
    if draft.depth then add_later(directive_key(parent_of(draft), 'children'), NOW_TEXT, draft.id) end
  end

  local LOSS = { FAILED = true, TIMEOUT = true, STOPPED = true, CANCELLED = true, ORPHANED = true }

  -- The parent that ended without success and is on no list; nil when there is none such. An older release ends a directive without a look at
  -- its children.
  function family.parent_to_file(directive)
    local parent, word = unpack(redis.call('HMGET', directive_key(directive.id), 'parent', 'onParentEnd'))
    if not parent or word == 'continue' or directive.closing ~= '' then return nil end
    if not LOSS[redis.call('HGET', directive_key(parent), 'state') or ''] then return nil end
    return not redis.call('ZSCORE', shard_key('orphaning'), parent) and parent or nil
  end
end
