-- Purpose: what a directive lacks while it runs on: a worker for an action, or the model that a task was to run on first. With any it is DEGRADED.
-- They stand in its field `degraded`, a list of { reason, task, index, queue, model, since }. One that is paused keeps them, and is DEGRADED again
-- when it goes on. A function, for a chunk of Lua has at most 200 local names.
local shortages = (function()
  local MOST_SHORTAGES = 20
  local FIELDS = { 'reason', 'task', 'index', 'queue', 'model', 'since' }

  -- cjson has no order of its own: what did not change must be the same text.
  local function encode(list)
    local all = {}
    for at, shortage in ipairs(list) do
      local fields = {}
      for _, name in ipairs(FIELDS) do
        if shortage[name] ~= nil then fields[#fields + 1] = '"' .. name .. '":' .. cjson.encode(shortage[name]) end
      end
      all[at] = '{' .. table.concat(fields, ',') .. '}'
    end
    return '[' .. table.concat(all, ',') .. ']'
  end

  local function tell(directive)
    if directive.closing ~= '' then return end
    if directive.state == 'RUNNING' and directive.degraded ~= '' then
      local first = cjson.decode(directive.degraded)[1]
      directive.state = 'DEGRADED'
      emit(directive, 'directive.degraded', nil, {
        reason = first.reason, task = first.task, action = first.queue:match('^(.*)%.%d+$'), model = first.model,
      })
    elseif directive.state == 'DEGRADED' and directive.degraded == '' then
      directive.state = 'RUNNING'
      emit(directive, 'directive.recovered')
    end
  end

  local function keep(directive, list)
    local text = #list > 0 and encode(list) or ''
    if text == directive.degraded then return end
    if text == '' then
      remove_later(shard_key('degraded'), directive.id)
    elseif directive.degraded == '' then
      add_later(shard_key('degraded'), NOW_TEXT, directive.id)
    end
    directive.degraded = text
    tell(directive)
  end

  local function list_of(directive)
    return directive.degraded ~= '' and cjson.decode(directive.degraded) or {}
  end

  local function is_same(left, right)
    return left.reason == right.reason and (left.reason == 'no-worker' and left.queue == right.queue or left.index == right.index)
  end

  -- Of a queue without a worker one task is named; `stands` says whether the one that is named still waits.
  local function add(directive, shortage, stands)
    local list = list_of(directive)
    for at, known in ipairs(list) do
      if is_same(known, shortage) then
        if stands and stands(known) then return end
        shortage.since, list[at] = known.since, shortage
        return keep(directive, list)
      end
    end
    shortage.since = NOW
    if #list < MOST_SHORTAGES then list[#list + 1] = shortage end
    keep(directive, list)
  end

  local function note_fallback(directive, index, control, task)
    add(directive, { reason = 'fallback', task = control.id, index = index, queue = control.queue, model = task.fallback })
  end

  -- Those for which `is_over` answers yes.
  local function end_those(directive, is_over)
    local left = {}
    for _, shortage in ipairs(list_of(directive)) do
      if not is_over(shortage) then left[#left + 1] = shortage end
    end
    keep(directive, left)
  end

  -- Those of one task, or of one kind of it. With no task open its last event tells the end, and this is not worth an event of its own.
  local function end_of(directive, index, reason)
    if directive.degraded == '' or directive.open == 0 then return end
    end_those(directive, function(shortage) return shortage.index == index and (not reason or shortage.reason == reason) end)
  end

  return { add = add, note_fallback = note_fallback, end_those = end_those, end_of = end_of, tell = tell }
end)()
