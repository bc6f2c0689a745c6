-- Purpose: looks at the next tasks of a directive that did not change for a while, and files again whatever nothing would move. Events tell nothing of it: no state changes.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] how long it did not change, in ms  [3] number of the first task to look at  [4] tasks to look at in this call: fewer when they have large specs or many dependencies
-- Returns: {'rests'} | {'moves'} | {'busy'} too much is filed to say | {'ok', next task or '', what was filed ...}
-- Events: none

local id, from, limit = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
require_that(from and limit and limit > 0 and tonumber(ARGV[2]), 'how long it was quiet, and which tasks to look at, is needed')
local directive = load_directive(id)
if not directive or RESTING[directive.state] then return { 'rests' } end
local parent = family.parent_to_file(directive)
if parent then
  guard_directive(directive)
  add_later(shard_key('orphaning'), NOW_TEXT, parent)
  return { 'ok', '', 'parent' }
end
local is_quiet = tonumber(redis.call('HGET', directive_key(id), 'updatedAt') or 0) <= NOW - tonumber(ARGV[2])
local start = directive.state == 'PENDING' and directive.closing == '' and redis.call('HGET', directive_key(id), 'start')
if not is_quiet or directive.state == 'PAUSED' or NOW >= directive.ttlAt and not start then return { 'moves' } end
local filed = filed_of(id)
if not filed then return { 'busy' } end
guard_directive(directive)

local found = {}
local function note(word) found[#found + 1] = word end
local function file_if_absent(list, member, word)
  if is_on(shard_key(list), member) then return end
  add_later(shard_key(list), NOW_TEXT, member)
  note(word)
end

if directive.closing ~= '' then
  file_if_absent('closing', id, 'closing')
  return { 'ok', '', unpack(found) }
end
if start then
  local at = cjson.decode(start).at
  if at > 0 and not is_on(shard_key('timers'), 'start:' .. id) then
    add_later(shard_key('timers'), int(at), 'start:' .. id)
    note('start')
  end
  return { 'ok', '', unpack(found) }
end
if directive.state == 'PENDING' then
  file_if_absent('outbox', 'decide:' .. id, 'decide')
  return { 'ok', '', unpack(found) }
end
if directive.degraded ~= '' then file_if_absent('degraded', id, 'degraded') end
local limits = limits_of(directive)
if directive.state == 'QUEUED' and limits and limits.slot == 'asked' then
  file_if_absent('permits', slot_member('ask', directive, limits), 'place')
  return { 'ok', '', unpack(found) }
end
if directive.open == 0 then
  local is_reviewed = is_on(shard_key('outbox'), 'review:' .. id)
  if not filed.hasAny and not is_reviewed then
    file_cascade(directive, 'parked', '0', 'unpark')
    note('end')
  end
  return { 'ok', '', unpack(found) }
end

local last, indexes = math.min(directive.total, from + limit) - 1, {}
for number = from, last do indexes[#indexes + 1] = to_base36(number) end
fetch_tasks(directive, indexes)
fetch_controls(directive, indexes)
local work = { bytes = 0, isOver = false }
for at, index in ipairs(indexes) do
  local word = mend_task(directive, index, filed, work)
  if work.isOver then
    last = from + at - 2
    break
  end
  if word then note(word .. ' ' .. index) end
end
local list = from == 0 and mend_lists(directive, filed)
if list then note(list) end
save_tasks(directive)
return { 'ok', last + 1 < directive.total and last + 1 or '', unpack(found) }
