-- Purpose: makes a checkpoint of a directive that is not over. The same call again finds the one that it made.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] manual | automatic  [3] reason  [4] who makes it, or '' for an executor
-- ARGV[5] of a manual one a word that no other call has; of an automatic one the number of the newest checkpoint, or 0
-- Returns: {'ok', number} | {'unknown'} | {'illegal', state, closing} | {'late'} somebody else made one since then
-- Events: checkpoint.created

local id, kind, reason, by, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
require_that((kind == 'manual' or kind == 'automatic') and by and token and token ~= '', 'kind, maker and token are needed')
local directive = load_directive(id)
if not directive then return { 'unknown' } end
local newest = newest_checkpoint(id)
if newest and newest.token == kind .. ':' .. token then return { 'ok', int(newest.number) } end
if RESTING[directive.state] or directive.closing ~= '' then return { 'illegal', directive.state, directive.closing } end
if kind == 'automatic' and (newest and int(newest.number) or '0') ~= token then return { 'late' } end
guard_shard({ directive })
guard_checkpoints(id)

local number = add_checkpoint(directive, { kind = kind, reason = reason, by = by ~= '' and by or nil, token = kind .. ':' .. token })
save_directive(directive)
return { 'ok', int(number) }
