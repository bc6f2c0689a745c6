-- Purpose: takes a directive that rested long enough out of the record, and remembers what of it is still to be removed.
-- Its record is renamed, so from one moment on nobody is shown it, and is deleted last: whoever comes after a crash goes on from it.
-- A function, for a chunk of Lua has at most 200 local names and the shared ones are nearly as many.
local retiring_key, reason_to_keep, guard_retire, begin_retire, remove_of_tasks, remove_parts, end_retire = (function()
  -- Keys and members that one call removes.
  local MOST_REMOVED = 500

  local function retiring_key(id)
    return directive_key(id, 'retiring')
  end

  -- Its children are still to be told that it ended.
  local function is_orphaning(id)
    return redis.call('ZSCORE', shard_key('orphaning'), id)
  end

  -- Why a directive is not to go yet; nil when it may.
  local function reason_to_keep(directive, rested_by)
    if is_orphaning(directive.id) then return 'parting' end
    if not RESTING[directive.state] or directive.closing ~= '' or directive.open > 0 then return directive.state end
    local finished_at = tonumber(redis.call('HGET', directive_key(directive.id), 'finishedAt') or '')
    if not finished_at or finished_at > rested_by then return 'young' end
  end

  local function siblings_key(id)
    local parent = redis.call('HGET', directive_key(id), 'parent')
    return parent and directive_key(parent, 'children')
  end

  local function guard_retire(id, tenant)
    guard_tasks(id)
    local siblings = siblings_key(id)
    if siblings then redis.call('ZCARD', siblings) end
    guard_shard({}, { shard_key('retiring'), shard_key('tenants'), ROOT .. ':index:' .. tenant, ROOT .. ':holds:' .. tenant })
  end

  local function begin_retire(directive)
    local id, index = directive.id, ROOT .. ':index:' .. directive.tenant
    local siblings = siblings_key(id)
    redis.call('RENAME', directive_key(id), retiring_key(id))
    if siblings then redis.call('ZREM', siblings, id) end
    redis.call('ZADD', shard_key('retiring'), NOW_TEXT, id)
    redis.call('ZREM', index, id)
    if redis.call('EXISTS', index) == 0 then redis.call('ZREM', shard_key('tenants'), directive.tenant) end
    redis.call('ZREM', shard_key('timers'), 'ttl:' .. id, 'start:' .. id)
    redis.call('ZREM', shard_key('outbox'), 'decide:' .. id, 'execute:' .. id, 'review:' .. id)
    redis.call('ZREM', shard_key('closing'), id)
  end

  -- What stands of it outside its own hashes; the lists should hold none of it any more.
  local function names_of(id, index, task, names)
    local member = task_member(id, index)
    names.members[#names.members + 1] = member
    for _, kind in ipairs({ 'retry:', 'approval:', 'permit:' }) do names.timers[#names.timers + 1] = kind .. member end
    for attempt = 1, task and task.attempt or 0 do
      names.logs[#names.logs + 1] = directive_key(id, 'logs:' .. index .. '.' .. int(attempt))
    end
  end

  local function remove_names(tenant, names)
    if #names.members == 0 then return end
    redis.call('ZREM', ROOT .. ':holds:' .. tenant, unpack(names.members))
    redis.call('ZREM', shard_key('expand'), unpack(names.members))
    redis.call('ZREM', shard_key('timers'), unpack(names.timers))
    if #names.logs > 0 then redis.call('UNLINK', unpack(names.logs)) end
  end

  -- Works through the tasks from `cursor` on. Where to go on; nil at the end.
  local function remove_of_tasks(id, tenant, cursor, total, limit)
    local names, last, indexes = { members = {}, timers = {}, logs = {} }, math.min(total, cursor + limit) - 1, {}
    for number = cursor, last do indexes[#indexes + 1] = to_base36(number) end
    local texts = #indexes > 0 and redis.call('HMGET', directive_key(id, 'tasks'), unpack(indexes)) or {}
    local done = cursor
    for at, index in ipairs(indexes) do
      names_of(id, index, texts[at] and cjson.decode(texts[at]), names)
      done = done + 1
      if #names.logs >= MOST_REMOVED then break end
    end
    remove_names(tenant, names)
    return done < total and done or nil
  end

  local OWN_PARTS = { 'plan', 'tasks', 'events', 'artifacts', 'checkpoints', 'parked', 'short', 'unfunded', 'undrawn', 'children' }

  local function remove_parts(id)
    for _, part in ipairs(OWN_PARTS) do redis.call('UNLINK', directive_key(id, part)) end
  end

  local function end_retire(id)
    redis.call('UNLINK', retiring_key(id))
    redis.call('ZREM', shard_key('retiring'), id)
  end

  return retiring_key, reason_to_keep, guard_retire, begin_retire, remove_of_tasks, remove_parts, end_retire
end)()
