-- Purpose: what each verdict on an attempt does to the task, and who may go on with the budget it leaves.
local VERDICTS = { succeeded = true, failed = true, expired = true, retry = true, hold = true }

local function record_artifacts(directive, control, artifacts)
  for _, artifact in ipairs(artifacts or {}) do
    artifact.task = control.id
    redis.call('HSET', directive_key(directive.id, 'artifacts'), artifact.sha256, cjson.encode(artifact))
    emit(directive, 'artifact.indexed', control.id, artifact)
  end
end

local function retry_later(directive, index, control, task, detail)
  task.state = 'deferred'
  task.since = NOW
  task.deadline = detail.retryAtMs
  task.waiting = { 'retry', control.id }
  save_task(directive.id, index, task)
  redis.call('ZADD', shard_key('timers'), int(detail.retryAtMs), 'retry:' .. task_member(directive.id, index))
  emit(directive, 'task.retried', control.id, {
    attempt = task.attempt, code = detail.code, message = detail.message, class = detail.class, reason = detail.reason, retryAtMs = detail.retryAtMs,
  })
end

local function finish_attempt(directive, index, control, task, verdict, detail, output, cost, tokens, release)
  if verdict == 'succeeded' then
    redis.call('HSET', directive_key(directive.id, 'outputs'), index, output)
    record_artifacts(directive, control, detail.artifacts)
  else
    task.code = detail.code
    task.message = detail.message
  end
  finish_task(directive, index, control, task, verdict)
  local events = { succeeded = 'task.completed', failed = 'task.failed', expired = 'task.expired' }
  emit(directive, events[verdict], control.id, {
    attempt = task.attempt, costMicroUsd = cost, tokens = tokens, code = detail.code, message = detail.message, class = detail.class, reason = detail.reason,
  })
  return advance(directive, index, control, verdict, release)
end

-- True when the directive now waits for the review room. cjson gives numbers that were null as cjson.null: treat as absent.
local function settle(directive, index, control, task, verdict, detail, output, release)
  local started = task.state == 'running' or detail.started
  if started and task.state == 'dispatched' then emit(directive, 'task.started', control.id, { attempt = task.attempt }) end
  local job_id = attempt_id(directive.id, index, task)
  local cost, tokens = charge(directive, task, started, detail.costMicroUsd, detail.tokens)
  if detail.revoke then revoke_job(control.queue, job_id, detail.code) else redis.call('ZREM', shard_key('inflight:' .. control.queue), job_id) end
  if verdict == 'retry' and directive.closing == '' then
    retry_later(directive, index, control, task, detail)
    return false
  end
  if verdict == 'hold' and directive.closing == '' then
    task.code = detail.code
    task.message = detail.message
    hold(directive, index, control, task, 'effect-unknown', job_id)
    return false
  end
  if verdict == 'retry' or verdict == 'hold' then verdict = 'failed' end
  return finish_attempt(directive, index, control, task, verdict, detail, output, cost, tokens, release)
end

-- The freed reservation may be what others wait for. Each settlement looks at a few; the last one must see to it that all are looked at.
local function wake_parked(directive, release)
  local key = directive_key(directive.id, 'parked')
  if redis.call('ZCARD', key) == 0 or directive.state == 'PAUSED' or directive.closing ~= '' then return end
  unpark(directive, release, 10)
  local left = redis.call('ZCARD', key)
  if left > 0 and directive.reservedMicroUsd == 0 and directive.reservedTokens == 0 then file_unpark(directive, left) end
end
