-- Purpose: compares what a directive counts as reserved with what its live attempts reserved, a chunk of its tasks at a time; if nothing
-- happened to it meanwhile and they differ, counts what they reserved. In calm weather they are the same after every script.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] number of the first task to look at  [3] tasks to look at in this call
-- ARGV[4] seq of the directive, as the first call said  [5] micro-USD  [6] tokens of the tasks before; all three '' at first
-- Returns: {'rests'} | {'moved'} begin again later | {'even'} | {'more', next task, seq, micro-USD, tokens} | {'corrected', micro-USD, tokens} counted too much
-- Events: directive.reservation_corrected

local id, from, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
require_that(from and limit and limit > 0, 'which tasks to look at is needed')
local directive = load_directive(id)
if not directive or RESTING[directive.state] then return { 'rests' } end
if ARGV[4] ~= '' and int(directive.seq) ~= ARGV[4] then return { 'moved' } end
if directive.reservedMicroUsd == 0 and directive.reservedTokens == 0 then return { 'even' } end

local money, tokens, indexes = tonumber(ARGV[5]) or 0, tonumber(ARGV[6]) or 0, {}
local last = math.min(directive.total, from + limit) - 1
for number = from, last do indexes[#indexes + 1] = to_base36(number) end
fetch_tasks(directive, indexes)
for _, index in ipairs(indexes) do
  local task = load_task(directive, index)
  if task and (task.state == 'dispatched' or task.state == 'running') then
    money, tokens = money + (task.reserveMicroUsd or 0), tokens + (task.reserveTokens or 0)
  end
end
if last + 1 < directive.total then return { 'more', last + 1, int(directive.seq), int(money), int(tokens) } end
local money_beyond, tokens_beyond = directive.reservedMicroUsd - money, directive.reservedTokens - tokens
if money_beyond == 0 and tokens_beyond == 0 then return { 'even' } end
guard_directive(directive)

directive.reservedMicroUsd, directive.reservedTokens = money, tokens
emit(directive, 'directive.reservation_corrected', nil, { microUsd = money_beyond, tokens = tokens_beyond })
if directive.state ~= 'PAUSED' and directive.closing == '' then file_waiting_for_budget(directive) end
save_directive(directive)
return { 'corrected', int(money_beyond), int(tokens_beyond) }
