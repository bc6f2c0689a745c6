-- Purpose: tells a directive that its tenant's home slot gave it a place among those at work, or a part of what may be spent today.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] round of asking  [3] kind: directives | spend  [4] how much it drew; again: the home slot forgot it, and it has to ask anew
-- Returns: {'ok'} | {'known'} it was told already | {'stale'} it does not want that any more: it is to be given back
-- Events: none: what follows is started, or filed

local id, round, kind, amount = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local directive = load_directive(id)
local limits = directive and directive.closing == '' and not RESTING[directive.state] and limits_of(directive)
if not limits then return { 'stale' } end
if kind == 'directives' then
  if limits.round ~= round or not limits.slot then return { 'stale' } end
  if limits.slot == 'held' then return { 'known' } end
elseif limits.draws ~= round then
  return { limits.draws > round and 'known' or 'stale' }
elseif not limits.need then
  return { 'known' }
end
require_that(kind == 'directives' or ARGV[4] == 'again' or amount, 'how much it drew is needed')
guard_directive(directive)

if kind == 'directives' then
  remove_later(shard_key('permits'), slot_member('ask', directive, limits))
  if ARGV[4] == 'again' then
    ask_slot(directive, limits, 'asked', limits.slotMax)
  else
    limits.slot = 'held'
    for chunk in (limits.roots or ''):gmatch('%S+') do file_cascade(directive, 'root', chunk, 'start') end
    limits.roots = nil
  end
else
  local lack = limits.need
  limits.need = nil
  if ARGV[4] == 'again' then
    ask_draw(directive, lack)
  else
    limits.drawn = limits.drawn + amount
    file_list(directive, 'undrawn', redis.call('ZCARD', directive_key(id, 'undrawn')))
  end
end
add_later(shard_key('outbox'), NOW_TEXT, 'execute:' .. id)
save_directive(directive)
return { 'ok' }
