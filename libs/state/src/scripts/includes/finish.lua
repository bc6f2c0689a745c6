-- Purpose: makes a directive final, or hands it to the review room, when its last open task is final.
local FINAL_EVENT = {
  COMPLETED = 'directive.completed', PARTIALLY_COMPLETED = 'directive.partially_completed', FAILED = 'directive.failed',
  CANCELLED = 'directive.cancelled', TIMEOUT = 'directive.timeout', STOPPED = 'directive.stopped',
}

-- Redis gives a new stream 4 KB, however short it stays; a copy has the size of its content. Below 100 events that is most of it.
local function shrink_events(directive)
  if directive.seq > 100 then return end
  local key = directive_key(directive.id, 'events')
  redis.call('COPY', key, key .. ':copy', 'REPLACE')
  redis.call('RENAME', key .. ':copy', key)
end

local function finish_directive(directive, state)
  directive.state = state
  directive.closing = ''
  directive.finishedAt = NOW
  remove_later(shard_key('timers'), 'ttl:' .. directive.id)
  remove_later(shard_key('closing'), directive.id)
  for _, room in ipairs({ 'decide:', 'execute:', 'review:' }) do remove_later(shard_key('outbox'), room .. directive.id) end
  redis.call('UNLINK', directive_key(directive.id, 'parked'))
  emit(directive, FINAL_EVENT[state], nil, {
    succeeded = directive.succeeded, failed = directive.failed, skipped = directive.skipped, cancelled = directive.cancelled,
    expired = directive.expired, chargedMicroUsd = directive.chargedMicroUsd, overrunMicroUsd = directive.overrunMicroUsd,
    code = directive.errorCode ~= '' and directive.errorCode or nil,
  })
  shrink_events(directive)
end

-- Same table as decideClose in libs/policy; a test holds the two together.
local function close_state(directive)
  if directive.broken == 0 then return 'COMPLETED' end
  if directive.sinksSucceeded > 0 then return 'PARTIALLY_COMPLETED' end
  return 'FAILED'
end

-- True when the directive now waits for the review room. A paused one waits for its resume, and then asks again.
local function close_when_done(directive)
  if directive.state == 'PAUSED' or directive.open > 0 or directive.closing ~= '' or RESTING[directive.state] or directive.total == 0 then return false end
  if directive.review == '' or directive.broken > 0 then
    finish_directive(directive, close_state(directive))
    return false
  end
  if directive.review == '1' then
    directive.review = 'asked'
    emit(directive, 'directive.review_requested')
  end
  add_later(shard_key('outbox'), NOW, 'review:' .. directive.id)
  return true
end
