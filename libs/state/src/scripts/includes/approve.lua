-- Purpose: whether a task that needs a human's word has it, and the durable question when it has not.
-- A grant stands beside the tasks of its directive (`grant:<queue>`) or, for a tenant, in each shard (`grants:<tenant>`), as
-- { maxScore, untilMs, by, at, doubtful }: it covers what is at most as risky as what the human saw, and an effect that may come twice only where
-- the human was asked about one.
-- From here on nobody lets go what he asked for himself: `holdFromScore` in libs/policy.
local FOUR_EYES_SCORE = 60

local function is_granted(text, score)
  local given = text and cjson.decode(text)
  return given and score <= given.maxScore and (not given.untilMs or NOW < given.untilMs) and given
end

-- What a grant lets go once stays let go: the grant may be over when the task is looked at again.
local function is_approved(directive, index, control, task, score)
  if task.approved then return true end
  -- An effect that may come twice: a human says it of the task itself, of a fan-out's children also of all in their directive.
  local is_doubtful = control.risk and control.risk.ungranted
  if is_doubtful and not control.parent then return false end
  local grant = is_granted(redis.call('HGET', directive_key(directive.id, 'tasks'), 'grant:' .. control.queue), score)
  if is_doubtful then
    grant = grant and grant.doubtful and grant
  else
    grant = grant or is_granted(redis.call('HGET', ROOT .. ':grants:' .. directive.tenant, control.queue), score)
  end
  if not grant or score >= FOUR_EYES_SCORE and grant.by == redis.call('HGET', directive_key(directive.id), 'actor') then return false end
  leave_hold(directive, index, task)
  start_directive(directive)
  task.approved, task.state, task.since, task.waiting, task.deadline = true, 'ready', NOW, nil, nil
  save_task(directive, index, task)
  emit(directive, 'task.approved', control.id, { by = grant.by, grant = true, score = score, attempt = task.attempt or 0 })
  return true
end

-- `risk` is { score, factors, reasons }. No answer in time is a no: see fire-timers.
local function ask_approval(directive, index, control, task, risk)
  local ends = math.min(directive.ttlAt, control.approvalTtlMs and NOW + control.approvalTtlMs or directive.ttlAt)
  if ends < directive.ttlAt then add_later(shard_key('timers'), int(ends), 'approval:' .. task_member(directive.id, index)) end
  save_text(directive, index .. ':approval', cjson.encode({ state = 'pending', requestedAt = NOW, expiresAt = ends, risk = risk }))
  hold(directive, index, control, task, 'approval', control.id, { score = risk.score, reasons = risk.reasons, expiresAt = ends })
end
