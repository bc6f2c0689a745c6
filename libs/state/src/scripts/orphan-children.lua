-- Purpose: tells the children of a directive that ended without success: each ends as ORPHANED, or as it was said when it was submitted. In O(1) for
-- each child: its tasks are finished by close-chunk. One that rests or is ending is left as it is. Idempotent.
-- KEYS[1] root of the shard
-- ARGV[1] id of the parent
-- Returns: ids of the children that are closing now; empty when the parent has not ended so
-- Events: none here; close-chunk tells what ends

local id = ARGV[1]
require_that(id and #id > 0, 'the parent is needed')
if not redis.call('ZSCORE', shard_key('orphaning'), id) then return {} end
local state = redis.call('HGET', directive_key(id), 'state') or 'gone'
local children, words = {}, {}
for _, child in ipairs(redis.call('ZRANGE', directive_key(id, 'children'), 0, -1)) do
  local directive = load_directive(child)
  local word = directive and redis.call('HGET', directive_key(child), 'onParentEnd') or 'orphan'
  if directive and not RESTING[directive.state] and may_go(directive, 'ORPHANED') and word ~= 'continue' then
    children[#children + 1] = directive
    words[child] = word
  end
end
guard_shard(children)

local closing = {}
for at, directive in ipairs(children) do
  local reason = 'its parent ' .. id .. ' ended as ' .. state
  if words[directive.id] == 'orphan' then directive.errorCode, directive.errorMessage = 'PARENT_ENDED', reason end
  begin_close(directive, words[directive.id] == 'cancel' and 'CANCELLED' or 'ORPHANED')
  redis.call('HSET', directive_key(directive.id), 'ending', cjson.encode({ reason = reason }))
  save_directive(directive)
  closing[at] = directive.id
end
remove_later(shard_key('orphaning'), id)
return closing
