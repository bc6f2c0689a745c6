-- Purpose: what each decision about a held task does.
local DECISIONS = {
  approval = { approve = true, deny = true },
  ['effect-unknown'] = { retry = true, complete = true, fail = true },
  budget = { fail = true },
}

local function load_approval(directive, index)
  return cjson.decode(redis.call('HGET', directive_key(directive.id, 'tasks'), index .. ':approval'))
end

-- A yes after the end is late, though nobody said no yet; the clock's own no before it is early.
local function is_in_time(directive, index, decision, word)
  local is_over = NOW >= load_approval(directive, index).expiresAt
  if word.expired then return is_over end
  return decision ~= 'approve' or not is_over
end

-- The record of the question gets its answer; what a human said of another kind of hold is in the event alone.
local function answer_approval(directive, held, state)
  local field = held.index .. ':approval'
  local record = load_approval(directive, held.index)
  record.state, record.decidedAt = state, NOW
  for name, value in pairs(held.word) do record[name] = value end
  save_text(directive, field, cjson.encode(record))
end

local function go_on(directive, held)
  leave_hold(directive, held.index, held.task)
  held.task.state, held.task.waiting, held.task.deadline = 'ready', nil, nil
  save_task(directive, held.index, held.task)
  file_cascade(directive, held.index, 'one', 'go')
end

-- The grant says what kind of question it was the answer to.
local function keep_grant(directive, held)
  local grant, risk = cjson.decode(held.grant), held.control.risk
  grant.doubtful = risk and risk.ungranted or nil
  save_text(directive, 'grant:' .. held.control.queue, cjson.encode(grant))
end

local function approve(directive, held)
  if #held.text > 0 then redis.call('HSET', directive_key(directive.id, 'plan'), held.index .. ':spec', held.text) end
  if #held.grant > 0 then keep_grant(directive, held) end
  answer_approval(directive, held, 'approved')
  held.task.approved = true
  held.word.attempt = held.task.attempt or 0
  emit(directive, 'task.approved', held.control.id, held.word)
  go_on(directive, held)
end

local function fail_held(directive, held, code)
  local control, task = held.control, held.task
  task.code, task.message = code, held.word.comment ~= '' and held.word.comment or 'decided by ' .. held.word.by
  finish_task(directive, held.index, control, task, 'failed')
  emit(directive, 'task.failed', control.id, { attempt = task.attempt or 0, costMicroUsd = 0, tokens = 0, code = code, message = task.message, class = 'permanent' })
  file_cascade(directive, held.index, 'failed', 'advance')
end

local function complete(directive, held)
  local control, task = held.control, held.task
  save_text(directive, held.index .. ':output', held.text)
  task.code, task.message = nil, nil
  finish_task(directive, held.index, control, task, 'succeeded')
  emit_completed(directive, control, task, 0, 0)
  file_cascade(directive, held.index, 'succeeded', 'advance')
end

-- `held` is { index, control, task, decision, word, text, grant }.
local function decide_hold(directive, held)
  local decision = held.decision
  if decision == 'approve' then return approve(directive, held) end
  if decision == 'deny' then
    answer_approval(directive, held, held.word.expired and 'expired' or 'denied')
    emit(directive, 'task.denied', held.control.id, held.word)
    return fail_held(directive, held, held.word.expired and 'APPROVAL_EXPIRED' or 'APPROVAL_DENIED')
  end
  held.word.decision = decision
  emit(directive, 'task.resolved', held.control.id, held.word)
  if decision == 'retry' then return go_on(directive, held) end
  if decision == 'complete' then return complete(directive, held) end
  directive.parked = directive.parked - redis.call('ZREM', directive_key(directive.id, 'unfunded'), held.index)
  fail_held(directive, held, held.task.code or 'BUDGET_EXCEEDED')
end
