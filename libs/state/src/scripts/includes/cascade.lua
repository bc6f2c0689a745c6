-- Purpose: works off one filed chunk of dependents; every chunk is at most 200 tasks.
local function chunk_dependents(directive, node, chunk)
  if chunk == 'inline' then return load_control(directive.id, node).dependents end
  local text = redis.call('HGET', directive_key(directive.id, 'plan'), node .. ':edges:' .. chunk)
  return text and cjson.decode(text) or {}
end

local function start_roots(directive, roots, release)
  for _, index in ipairs(roots) do
    local task = load_task(directive.id, index)
    if not task then make_ready(directive, index, load_control(directive.id, index), nil, release) end
  end
end

-- `mode`: start (tasks without dependencies), free, skip, or unpark (tasks that waited for the directive itself).
-- True when the directive now waits for the review room.
local function run_cascade(directive, node, chunk, mode, release)
  if directive.closing ~= '' or RESTING[directive.state] then return false end
  if mode == 'unpark' then
    if directive.state == 'PAUSED' then return false end
    unpark(directive, release, 200)
    if redis.call('ZCARD', directive_key(directive.id, 'parked')) > 0 then file_cascade(directive, node, chunk, mode) end
    return close_when_done(directive)
  end
  local dependents = chunk_dependents(directive, node, chunk)
  if mode == 'start' then
    start_roots(directive, dependents, release)
  else
    local because = load_control(directive.id, node).id
    advance_list(directive, dependents, mode, because, release)
  end
  return close_when_done(directive)
end
