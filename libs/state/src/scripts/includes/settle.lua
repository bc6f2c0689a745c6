-- Purpose: what each verdict on an attempt does to the task, and who may go on with the budget it leaves.
local function record_artifacts(directive, control, artifacts)
  for _, artifact in ipairs(artifacts or {}) do
    local entry = { task = control.id }
    for name, value in pairs(artifact) do entry[name] = value end
    redis.call('HSET', directive_key(directive.id, 'artifacts'), entry.sha256, cjson.encode(entry))
    emit(directive, 'artifact.indexed', control.id, entry)
  end
end

-- cjson takes 4 µs to write what a format writes in 1; nothing in it needs quoting.
local function emit_started(directive, control, task)
  emit(directive, 'task.started', control.id, ('{"attempt":%d}'):format(task.attempt))
end

local function emit_completed(directive, control, task, cost, tokens)
  emit(directive, 'task.completed', control.id, ('{"attempt":%d,"costMicroUsd":%d,"tokens":%d}'):format(task.attempt, cost, tokens))
end

local function retry_later(directive, index, control, task, detail, cost, tokens)
  task.state = 'deferred'
  task.since = NOW
  task.deadline = detail.retryAtMs
  task.waiting = { 'retry', control.id }
  save_task(directive, index, task)
  file_timer(detail.retryAtMs, 'retry:' .. task_member(directive.id, index))
  emit(directive, 'task.retried', control.id, {
    attempt = task.attempt, costMicroUsd = cost, tokens = tokens, code = detail.code, message = detail.message, class = detail.class,
    reason = detail.reason, retryAtMs = detail.retryAtMs,
  })
end

local function finish_attempt(directive, settlement, verdict, cost, tokens, release)
  local index, control, task, detail = settlement.index, settlement.control, settlement.task, settlement.detail
  if verdict == 'succeeded' then
    save_text(directive, index .. ':output', settlement.output)
    release.work = release.work + #(detail.artifacts or {})
    record_artifacts(directive, control, detail.artifacts)
  else
    task.code = detail.code
    task.message = detail.message
  end
  finish_task(directive, index, control, task, verdict)
  if verdict == 'succeeded' then
    emit_completed(directive, control, task, cost, tokens)
  else
    emit(directive, verdict == 'expired' and 'task.expired' or 'task.failed', control.id, {
      attempt = task.attempt, costMicroUsd = cost, tokens = tokens, code = detail.code, message = detail.message, class = detail.class, reason = detail.reason,
    })
  end
  shortages.end_of(directive, index)
  advance(directive, index, control, verdict, release)
end

local function begin_attempt(directive, index, task, grace_ms)
  local control = load_control(directive, index)
  task.state = 'running'
  task.since = NOW
  task.deadline = math.min(task.deadline, NOW + control.timeoutMs + grace_ms)
  save_task(directive, index, task)
  add_later(queue_key('inflight', control.queue), int(task.deadline), attempt_id(directive.id, index, task))
  emit_started(directive, control, task)
  shortages.end_of(directive, index, 'no-worker')
end

-- An attempt that was granted before its input was known, and needs a human's word now that it is.
local function take_back(directive, index, control, task, risk, release)
  task.state = 'ready'
  -- Asked about although a human had said yes: it goes again, and the story says so.
  if task.approved then emit(directive, 'task.approved', control.id, { by = 'executor', attempt = task.attempt }) end
  if not is_approved(directive, index, control, task, risk.score) then return ask_approval(directive, index, control, task, risk) end
  save_task(directive, index, task)
  make_ready(directive, index, control, task, release)
end

local function leave_window(directive, settlement, job_id, release)
  set_busy(directive, settlement.task, false)
  local queue = settlement.control.queue
  release.inflight[queue] = release.inflight[queue] - 1
  if settlement.detail.revoke then revoke_job(queue, job_id, settlement.detail.code) else remove_later(queue_key('inflight', queue), job_id) end
end

-- cjson gives numbers that were null as cjson.null: treat as absent.
local function settle(directive, settlement, release)
  local index, control, task, verdict, detail = settlement.index, settlement.control, settlement.task, settlement.verdict, settlement.detail
  local started = task.state == 'running' or detail.started
  if started and task.state == 'dispatched' then emit_started(directive, control, task) end
  local job_id = attempt_id(directive.id, index, task)
  local cost, tokens = charge(directive, control, task, started, detail.costMicroUsd, detail.tokens)
  leave_window(directive, settlement, job_id, release)
  return_permits(directive, index, control, task)
  if verdict == 'retry' and directive.closing == '' then
    task.fallback = detail.fallback
    retry_later(directive, index, control, task, detail, cost, tokens)
    return started and shortages.end_of(directive, index, 'no-worker')
  end
  if verdict == 'hold' and directive.closing == '' then
    task.code = detail.code
    task.message = detail.message
    task.fallback = detail.fallback
    hold(directive, index, control, task, 'effect-unknown', job_id, { costMicroUsd = cost, tokens = tokens, code = detail.code, message = detail.message })
    return shortages.end_of(directive, index)
  end
  if verdict == 'approval' and directive.closing == '' then
    task.attempt = task.attempt - 1
    take_back(directive, index, control, task, detail.risk, release)
    if task.state == 'held' then shortages.end_of(directive, index) end
    return
  end
  if verdict == 'retry' or verdict == 'hold' or verdict == 'approval' then verdict = 'failed' end
  finish_attempt(directive, settlement, verdict, cost, tokens, release)
end

-- The freed reservation may be what others wait for: each settlement looks at a few, and files the others when they may fit, too.
local function wake_others(directive, release)
  if directive.parked == 0 or not directive.hasFreed or directive.state == 'PAUSED' or directive.closing ~= '' then return end
  if limits_of(directive) and wake_undrawn(directive, release, 10) then file_list(directive, 'undrawn', directive.parked) end
  if not (directive.budgetMicroUsd or directive.budgetTokens) then return end
  if wake_short(directive, release, 10) then file_list(directive, 'short', directive.parked) end
end
