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

local function reserve(directive, control, task)
  task.reserveMicroUsd = control.reserveMicroUsd
  task.reserveTokens = control.reserveTokens
  directive.reservedMicroUsd = directive.reservedMicroUsd + control.reserveMicroUsd
  directive.reservedTokens = directive.reservedTokens + control.reserveTokens
end

-- Frees the reservation and charges the actual cost; with no figure the grant itself is charged if the attempt had started.
local function charge(directive, task, started, cost_micro_usd, tokens)
  local granted, granted_tokens = task.reserveMicroUsd or 0, task.reserveTokens or 0
  local cost = cost_micro_usd or (started and granted or 0)
  local spent = tokens or (started and granted_tokens or 0)
  directive.reservedMicroUsd = directive.reservedMicroUsd - granted
  directive.reservedTokens = directive.reservedTokens - granted_tokens
  directive.chargedMicroUsd = directive.chargedMicroUsd + cost
  directive.overrunMicroUsd = directive.overrunMicroUsd + math.max(0, cost - granted)
  directive.chargedTokens = directive.chargedTokens + spent
  task.reserveMicroUsd = nil
  task.reserveTokens = nil
  task.costMicroUsd = (task.costMicroUsd or 0) + cost
  task.tokens = (task.tokens or 0) + spent
  return cost, spent
end
