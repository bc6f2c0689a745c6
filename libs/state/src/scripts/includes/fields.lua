-- Purpose: reads each field of a directive's plan and tasks at most once a call, and gathers those that change.
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
local function save_text(directive, field, text)
  save_field(directive, directive.texts, field, text)
end
