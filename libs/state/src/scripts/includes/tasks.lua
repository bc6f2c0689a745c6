-- Purpose: reads and writes a task's state and its control record, and counts it when it becomes final.
local FINAL = { succeeded = true, failed = true, cancelled = true, expired = true, skipped = true }

-- Plans made from one workflow have the same controls again and again: what was decoded once is kept, with its text, and must not be changed.
local KEPT_TEXTS, KEPT_CHARS = 500, 1000
local kept, kept_count = {}, 0

local function decode_kept(text)
  local value = kept[text]
  if value then return value end
  value = cjson.decode(text)
  value.text = text
  if #text > KEPT_CHARS then return value end
  if kept_count == KEPT_TEXTS then kept, kept_count = {}, 0 end
  kept[text] = value
  kept_count = kept_count + 1
  return value
end

-- Reads the fields of a hash that are not known yet into `known`, in one call; what is not there is false.
local function fetch(key, fields, known, parse)
  local missing = {}
  for at = 1, #fields do
    if known[fields[at]] == nil then missing[#missing + 1] = fields[at] end
  end
  if #missing == 0 then return end
  local values = redis.call('HMGET', key, unpack(missing))
  for at = 1, #missing do known[missing[at]] = values[at] and parse(values[at]) or false end
end

local function fetch_controls(directive, indexes)
  fetch(directive_key(directive.id, 'plan'), indexes, directive.controls, decode_kept)
end

local function fetch_tasks(directive, indexes)
  fetch(directive_key(directive.id, 'tasks'), indexes, directive.tasks, cjson.decode)
end

local function load_field(known, key, field, parse)
  local value = known[field]
  if value == nil then
    local text = redis.call('HGET', key, field)
    value = text and parse(text) or false
    known[field] = value
  end
  return value or nil
end

local function load_control(directive, index)
  return load_field(directive.controls, directive_key(directive.id, 'plan'), index, decode_kept)
end

-- What most often comes next for a task that is freed is its grant, which needs both.
local function load_control_and_spec(directive, index)
  local control = directive.controls[index]
  if control ~= nil then return control or nil end
  local texts = redis.call('HMGET', directive_key(directive.id, 'plan'), index, index .. ':spec')
  control = texts[1] and decode_kept(texts[1])
  directive.controls[index] = control
  directive.specs[index] = texts[2]
  return control or nil
end

local function load_task(directive, index)
  return load_field(directive.tasks, directive_key(directive.id, 'tasks'), index, cjson.decode)
end

-- Written with the record, in one HSET for all.
local function save_field(directive, known, field, value)
  known[field] = value
  if directive.changed[field] then return end
  directive.changed[#directive.changed + 1] = field
  directive.changed[field] = true
end

local function save_task(directive, index, task)
  save_field(directive, directive.tasks, index, task)
end

-- `text` is JSON, and stays it.
local function save_output(directive, index, text)
  save_field(directive, directive.outputs, index .. ':output', text)
end

-- How many dependencies of a task are still open after one more is met.
local function meet_dependency(directive, index)
  local field = index .. ':pending'
  local left = (load_field(directive.pending, directive_key(directive.id, 'tasks'), field, tonumber) or 0) - 1
  save_field(directive, directive.pending, field, left)
  return left
end

local function attempt_id(id, index, task)
  return id .. '.' .. index .. '.' .. int(task.attempt) .. '.' .. task.nonce
end

local function forget_waiting(task)
  task.waiting = nil
  task.deadline = nil
  task.reserveMicroUsd = nil
  task.reserveTokens = nil
end

-- Counts a task that becomes final. A required task that did not succeed breaks the directive; a child answers through its parent.
local function finish_task(directive, index, control, task, state)
  forget_waiting(task)
  task.state = state
  task.since = NOW
  save_task(directive, index, task)
  directive.open = directive.open - 1
  directive[state] = directive[state] + 1
  if state == 'succeeded' then
    if control.sink then directive.sinksSucceeded = directive.sinksSucceeded + 1 end
  elseif (state == 'failed' or state == 'expired') and not control.optional and not control.parent then
    directive.broken = directive.broken + 1
    if directive.errorCode == '' then
      directive.errorCode = task.code or 'TASK_FAILED'
      directive.errorMessage = 'task ' .. control.id .. ': ' .. (task.message or state)
    end
  end
end
