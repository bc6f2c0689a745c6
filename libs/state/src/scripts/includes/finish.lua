-- Purpose: makes a directive final, or hands it to the review room, when its last open task is final.
local FINAL_EVENT = {
  COMPLETED = 'directive.completed', PARTIALLY_COMPLETED = 'directive.partially_completed', FAILED = 'directive.failed',
  CANCELLED = 'directive.cancelled', TIMEOUT = 'directive.timeout', STOPPED = 'directive.stopped',
  ORPHANED = 'directive.orphaned',
}

-- `ending` is { by, reason } when a human ended it by a word that a directive may also come to by itself.
local function finish_directive(directive, state, ending)
  directive.state = state
  directive.closing = ''
  directive.finishedAt = NOW_TEXT
  directive.ended = true
  remove_later(shard_key('timers'), 'ttl:' .. directive.id)
  remove_later(shard_key('closing'), directive.id)
  for _, room in ipairs({ 'decide:', 'execute:', 'review:' }) do remove_later(shard_key('outbox'), room .. directive.id) end
  if directive.parked > 0 then
    for _, list in ipairs({ 'parked', 'short', 'unfunded', 'undrawn' }) do redis.call('UNLINK', directive_key(directive.id, list)) end
  end
  if directive.degraded ~= '' then
    remove_later(shard_key('degraded'), directive.id)
    directive.degraded = ''
  end
  -- What ends well leaves its children to themselves.
  local is_loss = state ~= 'COMPLETED' and state ~= 'PARTIALLY_COMPLETED'
  if is_loss and redis.call('EXISTS', directive_key(directive.id, 'children')) == 1 then add_later(shard_key('orphaning'), NOW_TEXT, directive.id) end
  limits_of(directive)
  directive.parked = 0
  emit(directive, FINAL_EVENT[state], nil, {
    succeeded = directive.succeeded, failed = directive.failed, skipped = directive.skipped, cancelled = directive.cancelled,
    expired = directive.expired, chargedMicroUsd = directive.chargedMicroUsd, overrunMicroUsd = directive.overrunMicroUsd,
    code = directive.errorCode ~= '' and directive.errorCode or nil, by = ending and ending.by, reason = ending and ending.reason,
  })
end

-- Same table as decideClose in libs/policy; a test holds the two together.
local function close_state(directive)
  if directive.broken == 0 then return 'COMPLETED' end
  if directive.sinksSucceeded > 0 then return 'PARTIALLY_COMPLETED' end
  return 'FAILED'
end

-- A paused one waits for its resume, and then asks again.
local function close_when_done(directive, release)
  if directive.state == 'PAUSED' or directive.open > 0 or directive.closing ~= '' or RESTING[directive.state] or directive.total == 0 then return end
  if directive.review == '' or directive.broken > 0 then return finish_directive(directive, close_state(directive)) end
  if directive.review == '1' then
    directive.review = 'asked'
    shortages.end_those(directive, function() return true end)
    emit(directive, 'directive.review_requested')
  end
  add_later(shard_key('outbox'), NOW, 'review:' .. directive.id)
  release.reviewing[#release.reviewing + 1] = directive.id
end
