-- Purpose: removes a directive that rested long enough, a chunk of its tasks in each call. The first call takes it out of sight; its record goes last.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] tenant  [3] rested since then or before, epoch ms  [4] tasks to look at in this call
-- ARGV[5] '' | alone: nothing of it stands elsewhere, unless its record says so | end: what stood elsewhere is gone
-- Returns: {'kept', its state or young} | {'more'} | {'bare', tenant, ref, draws of money of the day} to be removed elsewhere, then ended | {'removed'} | {'unknown'}
-- Events: none

local id, limit, word = ARGV[1], tonumber(ARGV[4]), ARGV[5]
require_that(tonumber(ARGV[3]) and limit and limit > 0, 'since when it rests, and how many tasks to look at, is needed')
local directive = load_directive(id)
local reason = directive and reason_to_keep(directive, tonumber(ARGV[3]))
if reason then return { 'kept', reason } end
local left = redis.call('HMGET', directive and directive_key(id) or retiring_key(id), 'tenant', 'ref', 'counts', 'limits', 'cursor')
local tenant, ref, cursor = left[1] or ARGV[2], left[2] or '', left[5] or '0'
guard_retire(id, tenant)
if not left[1] then
  redis.call('ZREM', shard_key('retiring'), id)
  redis.call('ZREM', ROOT .. ':index:' .. tenant, id)
  return { 'unknown' }
end
if directive then begin_retire(directive) end

if cursor ~= 'bare' then
  local total = left[3] and cjson.decode(left[3])[2] or 0
  local more = remove_of_tasks(id, tenant, tonumber(cursor), total, limit)
  if not more then remove_parts(id) end
  redis.call('HSET', retiring_key(id), 'cursor', more and int(more) or 'bare')
  if more then return { 'more' } end
end
local draws = left[4] and cjson.decode(left[4]).draws or 0
if word == 'end' or word == 'alone' and ref == '' and draws == 0 then
  end_retire(id)
  return { 'removed' }
end
return { 'bare', tenant, ref, int(draws) }
