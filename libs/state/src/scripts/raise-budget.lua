-- Purpose: gives a directive another budget, and looks again at all that waits for it. An overrun is settled by it.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] max micro-USD or '' for as it is  [3] max tokens or ''  [4] JSON {by, comment}
-- Returns: {'ok', state} | {'unknown'} | {'illegal', state} it is over | {'low', micro-USD, tokens} less than what is charged and reserved
-- Events: directive.budget_raised

local directive = load_directive(ARGV[1])
if not directive then return { 'unknown' } end
if RESTING[directive.state] or directive.closing ~= '' then return { 'illegal', directive.state } end
local money, tokens = tonumber(ARGV[2]) or directive.budgetMicroUsd, tonumber(ARGV[3]) or directive.budgetTokens
local spent, used = directive.chargedMicroUsd + directive.reservedMicroUsd, directive.chargedTokens + directive.reservedTokens
if money and money < spent or tokens and tokens < used then return { 'low', int(spent), int(used) } end
-- It has it already: the order came twice.
if money == directive.budgetMicroUsd and tokens == directive.budgetTokens and directive.overrunMicroUsd == 0 then return { 'ok', directive.state } end
local word = cjson.decode(ARGV[4])
guard_directive(directive)

local fields = {}
if money then fields = { 'budgetMicroUsd', int(money) } end
if tokens then
  fields[#fields + 1] = 'budgetTokens'
  fields[#fields + 1] = int(tokens)
end
if #fields > 0 then redis.call('HSET', directive_key(directive.id), unpack(fields)) end
directive.overrunMicroUsd = 0
word.budgetMicroUsd, word.budgetTokens = money or nil, tokens or nil
emit(directive, 'directive.budget_raised', nil, word)
if directive.state ~= 'PAUSED' then file_waiting_for_budget(directive) end
add_later(shard_key('outbox'), NOW_TEXT, 'execute:' .. directive.id)
save_directive(directive)
return { 'ok', directive.state }
