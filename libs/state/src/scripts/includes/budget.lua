-- Purpose: reserves a task's maximum before dispatch and charges what was spent after it. Invariant: charged - overrun + reserved <= budget.
local function budget_verdict_of(limit, charged, overrun, reserved, wanted)
  if not limit then return 'go' end
  if overrun > 0 or charged + wanted > limit then return 'budget' end
  if charged + reserved + wanted > limit then return 'budget-reserved' end
  return 'go'
end

-- 'go', 'budget' (never fits: only a human can raise it) or 'budget-reserved' (may fit when others settle).
local function budget_verdict(directive, control)
  local money = budget_verdict_of(directive.budgetMicroUsd, directive.chargedMicroUsd - directive.overrunMicroUsd, directive.overrunMicroUsd,
    directive.reservedMicroUsd, control.reserveMicroUsd)
  if money ~= 'go' then return money end
  return budget_verdict_of(directive.budgetTokens, directive.chargedTokens, 0, directive.reservedTokens, control.reserveTokens)
end

-- { warnAtPercent, onBudget }, as far as the client gave them.
local function budget_terms(directive)
  return directive.terms and decode_kept(directive.terms) or {}
end

-- Told once: by the charge that reaches the share.
local function warn_when_reached(directive, what, limit, before, after)
  local percent = limit and after > before and budget_terms(directive).warnAtPercent
  if not percent or before * 100 >= limit * percent or after * 100 < limit * percent then return end
  emit(directive, 'directive.budget_warned', nil, { what = what, charged = after, limit = limit, percent = percent })
end

local function reserve(directive, control, task)
  task.reserveMicroUsd = control.reserveMicroUsd
  task.reserveTokens = control.reserveTokens
  directive.reservedMicroUsd = directive.reservedMicroUsd + control.reserveMicroUsd
  directive.reservedTokens = directive.reservedTokens + control.reserveTokens
end

-- Set by limits.lua, which stands after this.
local note_excess

-- Frees the reservation and charges the actual cost; with no figure the grant itself is charged if the attempt had started.
local function charge(directive, control, task, started, cost_micro_usd, tokens)
  local granted, granted_tokens = task.reserveMicroUsd or 0, task.reserveTokens or 0
  local cost = cost_micro_usd or (started and granted or 0)
  local spent = tokens or (started and granted_tokens or 0)
  directive.hasFreed = directive.hasFreed or granted > 0 or granted_tokens > 0
  directive.reservedMicroUsd = directive.reservedMicroUsd - granted
  directive.reservedTokens = directive.reservedTokens - granted_tokens
  local before, before_tokens = directive.chargedMicroUsd, directive.chargedTokens
  directive.chargedMicroUsd = before + cost
  if cost > granted then
    directive.overrunMicroUsd = directive.overrunMicroUsd + cost - granted
    note_excess(directive, cost - granted)
    emit(directive, 'task.overspent', control.id, { attempt = task.attempt, paidMicroUsd = cost, grantedMicroUsd = granted })
  end
  directive.chargedTokens = before_tokens + spent
  warn_when_reached(directive, 'microUsd', directive.budgetMicroUsd, before, directive.chargedMicroUsd)
  warn_when_reached(directive, 'tokens', directive.budgetTokens, before_tokens, directive.chargedTokens)
  task.reserveMicroUsd = nil
  task.reserveTokens = nil
  task.costMicroUsd = (task.costMicroUsd or 0) + cost
  task.tokens = (task.tokens or 0) + spent
  return cost, spent
end
