-- Purpose: the directive's record, read once a script and written once at its end.
local TEXT_FIELDS = { 'state', 'closing', 'tenant', 'review', 'traceparent', 'errorCode', 'errorMessage' }
local NUMBER_FIELDS = {
  'seq', 'total', 'open', 'succeeded', 'failed', 'skipped', 'cancelled', 'expired', 'broken', 'sinksSucceeded', 'ttlAt', 'priority',
  'closeCursor', 'startedAt', 'finishedAt', 'chargedMicroUsd', 'reservedMicroUsd', 'overrunMicroUsd', 'chargedTokens', 'reservedTokens',
}
-- Absent means "no limit", which is not the same as 0.
local LIMIT_FIELDS = { 'budgetMicroUsd', 'budgetTokens' }

local FIELDS = {}
for _, list in ipairs({ TEXT_FIELDS, NUMBER_FIELDS, LIMIT_FIELDS }) do
  for _, field in ipairs(list) do FIELDS[#FIELDS + 1] = field end
end

local function parse_record(id, values)
  local directive = { id = id, stored = {} }
  local texts, numbers = #TEXT_FIELDS, #TEXT_FIELDS + #NUMBER_FIELDS
  for at, field in ipairs(FIELDS) do
    local value = values[at]
    if at <= texts then directive[field] = value or ''
    elseif at <= numbers then directive[field] = tonumber(value or 0)
    else directive[field] = value and tonumber(value) or false end
    directive.stored[field] = directive[field]
  end
  return directive
end

-- nil when there is no such directive.
local function load_directive(id)
  local values = redis.call('HMGET', directive_key(id), unpack(FIELDS))
  if not values[1] then return nil end
  return parse_record(id, values)
end

local function save_directive(directive)
  local changes = { 'updatedAt', int(NOW) }
  for _, field in ipairs(FIELDS) do
    local value = directive[field]
    if value ~= directive.stored[field] then
      changes[#changes + 1] = field
      changes[#changes + 1] = type(value) == 'number' and int(value) or (value or '')
      directive.stored[field] = value
    end
  end
  if #changes > 2 then redis.call('HSET', directive_key(directive.id), unpack(changes)) end
end

local RESTING = {
  COMPLETED = true, PARTIALLY_COMPLETED = true, FAILED = true, TIMEOUT = true, STOPPED = true, CANCELLED = true, ORPHANED = true,
}
