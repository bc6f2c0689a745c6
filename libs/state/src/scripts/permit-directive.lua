-- Purpose: tells a directive that its tenant's home slot gave it a place among those at work, or a part of what may be spent today.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] round of asking  [3] kind: directives | spend
-- Returns: {'ok'} | {'known'} it was told already | {'stale'} it does not want that any more: it is to be given back
-- Events: none: what follows is started, or filed

local id, round, kind = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local directive = load_directive(id)
local limits = directive and directive.closing == '' and not RESTING[directive.state] and limits_of(directive)
if not limits then return { 'stale' } end
if kind == 'directives' then
  if limits.round ~= round or not limits.slot then return { 'stale' } end
  if limits.slot == 'held' then return { 'known' } end
elseif limits.draws ~= round then
  return { limits.draws > round and 'known' or 'stale' }
elseif not limits.drawing then
  return { 'known' }
end
guard_directive(directive)

if kind == 'directives' then
  remove_later(shard_key('permits'), slot_member('ask', directive, limits))
  limits.slot = 'held'
  for chunk in (limits.roots or ''):gmatch('%S+') do file_cascade(directive, 'root', chunk, 'start') end
  limits.roots = nil
else
  remove_later(shard_key('permits'), limit_member('ask', directive, 'spend', limits.draws, limits.drawing, limits.dayMicroUsd))
  limits.drawn, limits.drawing = limits.drawn + limits.drawing, nil
  file_list(directive, 'undrawn', redis.call('ZCARD', directive_key(id, 'undrawn')))
end
add_later(shard_key('outbox'), NOW_TEXT, 'execute:' .. id)
save_directive(directive)
return { 'ok' }
