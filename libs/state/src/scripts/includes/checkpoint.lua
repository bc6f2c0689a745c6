-- Purpose: writes down how far a directive is. Which tasks had succeeded, its story up to `seq` tells: nothing is kept for it while they end.
local KEPT_CHECKPOINTS = 100

local function guard_checkpoints(id)
  redis.call('LLEN', directive_key(id, 'checkpoints'))
end

-- The newest one as a table, or nil.
local function newest_checkpoint(id)
  local text = redis.call('LINDEX', directive_key(id, 'checkpoints'), 0)
  return text and cjson.decode(text) or nil
end

-- `made` is { kind, reason, by, token }; `token` finds it again when the same call comes twice. Answers its number.
local function add_checkpoint(directive, made)
  local newest = newest_checkpoint(directive.id)
  local number = newest and newest.number + 1 or 1
  emit(directive, 'checkpoint.created', nil, { number = number, kind = made.kind, reason = made.reason, by = made.by })
  local key = directive_key(directive.id, 'checkpoints')
  redis.call('LPUSH', key, cjson.encode({
    number = number, at = NOW, seq = directive.seq, state = directive.state, kind = made.kind, reason = made.reason, by = made.by, token = made.token,
    total = directive.total, open = directive.open, succeeded = directive.succeeded, failed = directive.failed, skipped = directive.skipped,
    cancelled = directive.cancelled, expired = directive.expired, chargedMicroUsd = directive.chargedMicroUsd, chargedTokens = directive.chargedTokens,
  }))
  redis.call('LTRIM', key, 0, KEPT_CHECKPOINTS - 1)
  return number
end
