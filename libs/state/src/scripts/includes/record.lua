-- Purpose: the directive's record, read once a script and written once at its end, with the states of its tasks that changed.
-- The numbers that change stand in one field, `counts`: a JSON array in the order of `countNames` in read/counts.ts. As fields of their own they
-- took 9 µs more a script and 1.3 KB more a directive; the times would make it longer than 64 bytes, and then Redis stores the record at twice the size.
local COUNTS_FORMAT = '[' .. ('%d,'):rep(16) .. '%d]'
local NO_COUNTS = '[' .. ('0,'):rep(16) .. '0]'
local TEXTS = { 'state', 'closing', 'review', 'errorCode', 'errorMessage', 'planHash', 'startedAt', 'finishedAt', 'degraded' }

-- All fields at once: a table that grows is built anew at 4, 8, 16 and 32 of them.
local function parse_directive(id, values)
  local counts = cjson.decode(values[12] or NO_COUNTS)
  local texts = { values[1], values[2] or '', values[3] or '', values[4] or '', values[5] or '', '', '', '', values[14] or '' }
  return {
    id = id, state = texts[1], closing = texts[2], review = texts[3], errorCode = texts[4], errorMessage = texts[5],
    planHash = '', startedAt = '', finishedAt = '', terms = values[13], degraded = texts[9],
    tenant = values[6], traceparent = values[7] or '', ttlAt = tonumber(values[8] or 0), priority = tonumber(values[9] or 0),
    budgetMicroUsd = values[10] and tonumber(values[10]), budgetTokens = values[11] and tonumber(values[11]),
    seq = counts[1], total = counts[2], open = counts[3], succeeded = counts[4], failed = counts[5], skipped = counts[6], cancelled = counts[7],
    expired = counts[8], broken = counts[9], sinksSucceeded = counts[10], closeCursor = counts[11], parked = counts[12],
    chargedMicroUsd = counts[13], reservedMicroUsd = counts[14], overrunMicroUsd = counts[15], chargedTokens = counts[16], reservedTokens = counts[17],
    tasks = {}, controls = {}, specs = {}, pending = {}, texts = {}, changed = {}, storedCounts = counts, storedTexts = texts, filed = false, hasFreed = false,
    limits = 'unread', storedLimits = false, beforeSave = false, lastShort = false,
    settling = false, indexes = false, roots = false, entry = false, pointer = false, ended = false,
  }
end

-- nil when there is no such directive.
local function load_directive(id)
  local values = redis.call('HMGET', directive_key(id), 'state', 'closing', 'review', 'errorCode', 'errorMessage', 'tenant', 'traceparent', 'ttlAt',
    'priority', 'budgetMicroUsd', 'budgetTokens', 'counts', 'terms', 'degraded')
  return values[1] and parse_directive(id, values) or nil
end

-- Whatever changes another count also writes an event.
local function has_changed_counts(directive)
  local stored = directive.storedCounts
  return directive.seq ~= stored[1] or directive.closeCursor ~= stored[11] or directive.parked ~= stored[12]
end

local function format_counts(d)
  return COUNTS_FORMAT:format(d.seq, d.total, d.open, d.succeeded, d.failed, d.skipped, d.cancelled, d.expired, d.broken, d.sinksSucceeded,
    d.closeCursor, d.parked, d.chargedMicroUsd, d.reservedMicroUsd, d.overrunMicroUsd, d.chargedTokens, d.reservedTokens)
end

local function changed_texts(directive, changes)
  for at = 1, #TEXTS do
    local text = directive[TEXTS[at]]
    if text ~= directive.storedTexts[at] then
      changes[#changes + 1] = TEXTS[at]
      changes[#changes + 1] = text
      directive.storedTexts[at] = text
    end
  end
  return changes
end

local function save_record(directive)
  local changes = {}
  if has_changed_counts(directive) then
    changes = { 'counts', format_counts(directive), 'updatedAt', NOW_TEXT }
    directive.storedCounts = { directive.seq, [11] = directive.closeCursor, [12] = directive.parked }
  end
  changed_texts(directive, changes)
  if #changes > 0 then redis.call('HSET', directive_key(directive.id), unpack(changes)) end
end

local function save_tasks(directive)
  local changed = directive.changed
  if #changed == 0 then return end
  local fields = {}
  for at = 1, #changed do
    local field = changed[at]
    local task = directive.tasks[field]
    fields[#fields + 1] = field
    fields[#fields + 1] = task and cjson.encode(task) or directive.texts[field] or int(directive.pending[field])
  end
  directive.changed = {}
  redis.call('HSET', directive_key(directive.id, 'tasks'), unpack(fields))
end

local function save_directive(directive)
  if directive.beforeSave then directive.beforeSave(directive) end
  save_tasks(directive)
  save_record(directive)
end

local RESTING = {
  COMPLETED = true, PARTIALLY_COMPLETED = true, FAILED = true, TIMEOUT = true, STOPPED = true, CANCELLED = true, ORPHANED = true,
}
