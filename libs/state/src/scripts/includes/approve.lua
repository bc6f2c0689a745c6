-- Purpose: whether a task that needs a human's word has it, and the durable question when it has not.
-- A grant stands beside the tasks of its directive (`grant:<queue>`) or, for a tenant, in each shard (`grants:<tenant>`), as
-- { maxScore, untilMs, by, at }: it covers what is at most as risky as what the human saw.
local function is_granted(text, score)
  local given = text and cjson.decode(text)
  return given and score <= given.maxScore and (not given.untilMs or NOW < given.untilMs)
end

local function is_approved(directive, control, task, score)
  if task.approved then return true end
  local granted = redis.call('HGET', directive_key(directive.id, 'tasks'), 'grant:' .. control.queue)
  if is_granted(granted, score) then return true end
  return is_granted(redis.call('HGET', ROOT .. ':grants:' .. directive.tenant, control.queue), score)
end

-- `risk` is { score, factors, reasons }. No answer in time is a no: see fire-timers.
local function ask_approval(directive, index, control, task, risk)
  local ends = math.min(directive.ttlAt, control.approvalTtlMs and NOW + control.approvalTtlMs or directive.ttlAt)
  if ends < directive.ttlAt then add_later(shard_key('timers'), int(ends), 'approval:' .. task_member(directive.id, index)) end
  save_text(directive, index .. ':approval', cjson.encode({ state = 'pending', requestedAt = NOW, expiresAt = ends, risk = risk }))
  hold(directive, index, control, task, 'approval', control.id, { score = risk.score, reasons = risk.reasons, expiresAt = ends })
end
