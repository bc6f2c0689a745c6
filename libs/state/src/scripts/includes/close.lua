-- Purpose: ends a directive from outside (a human, expiry): marks it closing, then finishes its tasks in bounded chunks, then makes it final.
local function guard_close(directive, limit)
  require_that((tonumber(limit) or 0) > 0, 'how many tasks to finish is needed')
  guard_directive(directive)
  redis.call('XLEN', shard_key('control'))
end

local function begin_close(directive, target)
  directive.closing = target
  directive.closeCursor = 0
  redis.call('ZADD', shard_key('closing'), NOW, directive.id)
end

-- The BullMQ job of an attempt lost its permission: a sweeper removes it, and a worker that runs it is told to stop.
local function revoke_job(queue, job_id, reason)
  remove_later(queue_key('inflight', queue), job_id)
  add_later(shard_key('discard'), NOW, queue .. '|' .. job_id)
  redis.call('XADD', shard_key('control'), 'MAXLEN', '~', 10000, '*', 'type', 'abort', 'jobId', job_id, 'reason', reason)
end

local function close_task(directive, index, control, task, state)
  local data
  if task.state == 'dispatched' or task.state == 'running' then
    local cost, tokens = charge(directive, control, task, task.state == 'running')
    data = { attempt = task.attempt, costMicroUsd = cost, tokens = tokens }
    revoke_job(control.queue, attempt_id(directive.id, index, task), directive.closing)
  end
  remove_later(queue_key('ready', control.queue), task_member(directive.id, index))
  leave_line(control.queue)
  remove_later(shard_key('timers'), 'retry:' .. task_member(directive.id, index))
  if control.fanOut or control.when then remove_later(shard_key('expand'), task_member(directive.id, index)) end
  finish_task(directive, index, control, task, state)
  emit(directive, state == 'expired' and 'task.expired' or 'task.cancelled', control.id, data)
end

local base36 = '0123456789abcdefghijklmnopqrstuvwxyz'
local function to_base36(number)
  local text = ''
  repeat
    local digit = number % 36
    text = base36:sub(digit + 1, digit + 1) .. text
    number = (number - digit) / 36
  until number == 0
  return text
end

-- Finishes up to `limit` tasks; true while there are more.
local function close_chunk(directive, limit)
  local state = directive.closing == 'TIMEOUT' and 'expired' or 'cancelled'
  local last = math.min(directive.total, directive.closeCursor + limit) - 1
  local indexes = {}
  for number = directive.closeCursor, last do indexes[#indexes + 1] = to_base36(number) end
  fetch_tasks(directive, indexes)
  fetch_controls(directive, indexes)
  for _, index in ipairs(indexes) do
    local task = load_task(directive, index)
    if not (task and FINAL[task.state]) then
      -- A fan-out may have taken its indexes and not yet written its children; no task's id has a "#".
      local control = load_control(directive, index) or { id = '#' .. index, queue = '', dependents = {}, edgeChunks = 0, parent = 'unwritten' }
      close_task(directive, index, control, task or {}, state)
    end
  end
  directive.closeCursor = last + 1
  if directive.closeCursor < directive.total then return true end
  remove_later(shard_key('timers'), 'start:' .. directive.id)
  local ending = redis.call('HGET', directive_key(directive.id), 'ending')
  finish_directive(directive, directive.closing, ending and cjson.decode(ending) or nil)
  return false
end
