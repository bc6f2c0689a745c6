-- Purpose: what each verdict on an attempt does to the task, and who may go on with the budget it leaves.
-- Tasks finished and dependents looked at in one call, each up to 50 µs in a busy Redis.
local SETTLE_WORK = 100
local SETTLEMENT_VALUES = 6
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
  save_task(directive, index, task)
  redis.call('ZADD', shard_key('timers'), int(detail.retryAtMs), 'retry:' .. task_member(directive.id, index))
  emit(directive, 'task.retried', control.id, {
    attempt = task.attempt, code = detail.code, message = detail.message, class = detail.class, reason = detail.reason, retryAtMs = detail.retryAtMs,
  })
end

local function finish_attempt(directive, index, control, task, verdict, detail, cost, tokens, release)
  if verdict == 'succeeded' then
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

local function leave_window(directive, settlement, job_id, release)
  local queue = settlement.control.queue
  release.inflight[queue] = release.inflight[queue] - 1
  if settlement.detail.revoke then revoke_job(queue, job_id, settlement.detail.code) else redis.call('ZREM', queue_key('inflight', queue), job_id) end
end

-- True when the directive now waits for the review room. cjson gives numbers that were null as cjson.null: treat as absent.
local function settle(directive, settlement, release)
  local index, control, task, verdict, detail = settlement.index, settlement.control, settlement.task, settlement.verdict, settlement.detail
  local started = task.state == 'running' or detail.started
  if started and task.state == 'dispatched' then emit(directive, 'task.started', control.id, { attempt = task.attempt }) end
  local job_id = attempt_id(directive.id, index, task)
  local cost, tokens = charge(directive, task, started, detail.costMicroUsd, detail.tokens)
  leave_window(directive, settlement, job_id, release)
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
  return finish_attempt(directive, index, control, task, verdict, detail, cost, tokens, release)
end

local function is_current(task, attempt, nonce)
  return task and (task.state == 'dispatched' or task.state == 'running') and int(task.attempt) == attempt and task.nonce == nonce
end

-- One settlement from the arguments, or nil and what became of it instead.
local function read_settlement(directive, at, claimed)
  local index, verdict = ARGV[at], ARGV[at + 3]
  local task = load_task(directive, index)
  if claimed[index] or not is_current(task, ARGV[at + 1], ARGV[at + 2]) then return nil, 'stale' end
  local control, detail = load_control(directive, index), cjson.decode(ARGV[at + 4])
  if verdict == 'succeeded' and detail.version ~= control.version then return nil, 'version:' .. control.version end
  require_that(VERDICTS[verdict], 'no such verdict')
  require_that(verdict ~= 'retry' or detail.retryAtMs, 'a retry says when')
  claimed[index] = true
  return { index = index, control = control, task = task, verdict = verdict, detail = detail, output = ARGV[at + 5] }, 'ok'
end

-- What became of each, and those that are to be settled, with their place in the answer.
local function read_settlements(directive, from)
  local results, settlements, claimed, indexes = {}, {}, {}, {}
  for at = from, #ARGV, SETTLEMENT_VALUES do indexes[#indexes + 1] = ARGV[at] end
  local is_over = not directive or RESTING[directive.state]
  if not is_over then
    fetch_tasks(directive, indexes)
    fetch_controls(directive, indexes)
  end
  for place = 1, #indexes do
    local settlement, result = nil, 'stale'
    if not is_over then settlement, result = read_settlement(directive, from + (place - 1) * SETTLEMENT_VALUES, claimed) end
    results[place] = result
    if settlement then
      settlement.place = place
      settlements[#settlements + 1] = settlement
    end
  end
  return results, settlements
end

-- The counts of the queues are what the window is judged by, too.
local function guard_settlements(directive, settlements, release)
  guard_shard(directive_key(directive.id, 'parked'))
  redis.call('XLEN', directive_key(directive.id, 'events'))
  redis.call('HLEN', directive_key(directive.id, 'outputs'))
  for _, settlement in ipairs(settlements) do
    local queue, detail = settlement.control.queue, settlement.detail
    release.lines[queue] = release.lines[queue] or redis.call('ZCARD', queue_key('ready', queue))
    release.inflight[queue] = release.inflight[queue] or redis.call('ZCARD', queue_key('inflight', queue))
    if detail.artifacts then redis.call('HLEN', directive_key(directive.id, 'artifacts')) end
    if detail.revoke then redis.call('XLEN', shard_key('control')) end
  end
end

local function settle_all(directive, settlements, results, release)
  local reviewing, outputs = false, {}
  for _, settlement in ipairs(settlements) do
    if release.work > SETTLE_WORK then
      results[settlement.place] = 'again'
    else
      if settlement.verdict == 'succeeded' then
        outputs[#outputs + 1] = settlement.index
        outputs[#outputs + 1] = settlement.output
      end
      reviewing = settle(directive, settlement, release) or reviewing
    end
  end
  if #outputs > 0 then redis.call('HSET', directive_key(directive.id, 'outputs'), unpack(outputs)) end
  return reviewing
end

local function lines_of(release)
  local lines = {}
  for queue, left in pairs(release.lines) do
    lines[#lines + 1] = queue
    lines[#lines + 1] = left
  end
  return lines
end

-- The freed reservation may be what others wait for. Each settlement looks at a few; the last one must see to it that all are looked at.
local function wake_parked(directive, release)
  if not (directive.budgetMicroUsd or directive.budgetTokens) or directive.state == 'PAUSED' or directive.closing ~= '' then return end
  local key = directive_key(directive.id, 'parked')
  if redis.call('ZCARD', key) == 0 then return end
  unpark(directive, release, 10)
  local left = redis.call('ZCARD', key)
  if left > 0 and directive.reservedMicroUsd == 0 and directive.reservedTokens == 0 then file_unpark(directive, left) end
end
