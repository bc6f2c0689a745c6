-- Purpose: works off one filed chunk of dependents; every chunk is at most 100 tasks.
local UNPARK_CHUNK = 100
-- Roots that one call starts, beyond those of its last directive: each is a grant, up to 50 µs.
local START_ROOTS = 50

local function chunk_dependents(directive, node, chunk)
  if chunk == 'inline' then return load_control(directive, node).dependents end
  local text = redis.call('HGET', directive_key(directive.id, 'plan'), node .. ':edges:' .. chunk)
  return text and cjson.decode(text) or {}
end

local function start_roots(directive, roots, release)
  fetch_tasks(directive, roots)
  fetch_controls(directive, roots)
  for _, index in ipairs(roots) do
    release_member(directive, index, release)
  end
end

-- `chunk` is how many are still to be looked at: going on until none is parked would never end while a budget is reserved.
local function run_unpark(directive, chunk, release)
  if directive.state == 'PAUSED' then return false end
  local count = tonumber(chunk)
  unpark(directive, release, UNPARK_CHUNK)
  if count > UNPARK_CHUNK then file_unpark(directive, count - UNPARK_CHUNK) end
  return close_when_done(directive)
end

-- `mode`: start (tasks without dependencies), free, skip, or unpark (tasks that waited for the directive itself).
-- True when the directive now waits for the review room.
local function run_cascade(directive, node, chunk, mode, release)
  if directive.closing ~= '' or RESTING[directive.state] then return false end
  if mode == 'unpark' then return run_unpark(directive, chunk, release) end
  local dependents = chunk_dependents(directive, node, chunk)
  if mode == 'start' then
    start_roots(directive, dependents, release)
  else
    local because = load_control(directive, node).id
    advance_list(directive, dependents, mode, because, release)
  end
  return close_when_done(directive)
end

-- Reads the first chunk of roots, if it is still to be started, and all that starting them reads and writes. True when there are further chunks.
local function find_roots(directive)
  local id = directive.id
  local first, second = unpack(redis.call('ZMSCORE', shard_key('cascade'), id .. '.root.0.start', id .. '.root.1.start'))
  redis.call('XLEN', directive_key(id, 'events'))
  redis.call('ZCARD', directive_key(id, 'parked'))
  if first and directive.closing == '' and not RESTING[directive.state] then
    directive.has_roots = true
    directive.roots = chunk_dependents(directive, 'root', '0')
    fetch_tasks(directive, directive.roots)
    fetch_controls(directive, directive.roots)
  end
  -- An extension's roots and the tasks of a resumed directive are filed under other names.
  return second or not first and redis.call('ZCARD', shard_key('cascade')) > 0
end

local function start_first_roots(directive, release)
  remove_later(shard_key('cascade'), directive.id .. '.root.0.start')
  start_roots(directive, directive.roots, release)
  close_when_done(directive)
  save_directive(directive)
end
