-- Purpose: works off one filed chunk of dependents; every chunk is at most 100 tasks.
local UNPARK_CHUNK = 100
-- Roots that one call starts, beyond those of its last directive: each is a grant, up to 50 µs.
local START_ROOTS = 50

local function chunk_dependents(directive, node, chunk)
  if chunk == 'inline' then return load_control(directive, node).dependents end
  local text = redis.call('HGET', directive_key(directive.id, 'plan'), node .. ':edges:' .. chunk)
  return text and cjson.decode(text) or {}
end

local function fetch_roots(directive, roots)
  fetch_tasks(directive, roots)
  if #roots > 1 then fetch_controls(directive, roots) end
end

local function start_roots(directive, roots, release)
  for _, index in ipairs(roots) do
    release_member(directive, index, release)
  end
end

-- `chunk` is how many are still to be looked at: one that must wait on goes back to its list.
local function run_unpark(directive, list, chunk, release)
  if directive.state == 'PAUSED' then return end
  local has_more
  if list == 'short' then
    has_more = wake_short(directive, release, UNPARK_CHUNK)
  elseif list == 'undrawn' then
    has_more = limits_of(directive) and wake_undrawn(directive, release, UNPARK_CHUNK)
  else
    has_more = unpark(directive, list, release, UNPARK_CHUNK)
  end
  if has_more then file_list(directive, list, tonumber(chunk) - UNPARK_CHUNK) end
  close_when_done(directive, release)
end

-- The budget does not allow the task, and its directive is not to wait for a human.
local function refuse_for_budget(directive, index, release)
  local task = load_task(directive, index) or {}
  local control = load_control(directive, index)
  if FINAL[task.state] then return end
  -- It was raised in the meantime.
  if budget_verdict(directive, control) ~= 'budget' then return make_ready(directive, index, control, task, release) end
  refuse(directive, index, control, task, { code = 'BUDGET_EXCEEDED', message = 'the budget of the directive does not allow it' }, release)
end

-- `mode`: start (tasks without dependencies), free, skip, unpark (tasks that waited for the directive itself), or about the task `node` itself:
-- go (a human let it), advance (it became final as `chunk`), refuse (its budget).
local function run_cascade(directive, node, chunk, mode, release)
  if directive.closing ~= '' or RESTING[directive.state] then return end
  -- A chunk that readies nobody may be the last that kept the directive's place.
  limits_of(directive)
  if mode == 'unpark' then return run_unpark(directive, node, chunk, release) end
  if mode == 'refuse' then return refuse_for_budget(directive, node, release) end
  if mode == 'advance' then return advance(directive, node, load_control(directive, node), chunk, release) end
  if mode == 'go' then
    release_member(directive, node, release)
    return close_when_done(directive, release)
  end
  if mode == 'start' and waits_for_slot(directive, chunk) then return end
  local dependents = chunk_dependents(directive, node, chunk)
  if mode == 'start' then
    fetch_roots(directive, dependents)
    start_roots(directive, dependents, release)
  else
    advance_list(directive, dependents, mode, load_control(directive, node), release)
  end
  close_when_done(directive, release)
end

-- Reads the first chunk of roots of each directive, if it is still to be started. True when there are further chunks.
local function find_roots(directives)
  local members, more = {}, false
  for at, directive in ipairs(directives) do
    members[2 * at - 1] = directive.id .. '.root.0.start'
    members[2 * at] = directive.id .. '.root.1.start'
  end
  local filed = redis.call('ZMSCORE', shard_key('cascade'), unpack(members))
  for at, directive in ipairs(directives) do
    local first, second = filed[2 * at - 1], filed[2 * at]
    if first and directive.closing == '' and not RESTING[directive.state] then
      directive.roots = chunk_dependents(directive, 'root', '0')
      fetch_roots(directive, directive.roots)
    end
    -- An extension's roots and the tasks of a resumed directive are filed under other names.
    more = more or second or not first and redis.call('ZCARD', shard_key('cascade')) > 0
  end
  return more
end

local function start_first_roots(directive, release)
  remove_later(shard_key('cascade'), directive.id .. '.root.0.start')
  start_roots(directive, directive.roots, release)
  close_when_done(directive, release)
  save_directive(directive)
end
