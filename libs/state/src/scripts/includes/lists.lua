-- Purpose: takes tasks from the lists they wait in (ready sets, timers, the parked) and puts the law of dispatch to them.
-- A task taken from a list: it may have become final in the meantime.
local function is_releasable(task)
  return not task or task.state == 'ready' or task.state == 'deferred' or task.state == 'held' and task.waiting[1] == 'budget'
end

local function release_member(directive, index, release)
  local task, control = load_task(directive, index), load_releasable(directive, index, release)
  if control and is_releasable(task) then make_ready(directive, index, control, task, release) end
end

-- The directives of `<id>.<index>` members, each read and guarded once, before the first write; false for one that is gone.
local function load_directives(members)
  local directives, found = {}, {}
  for _, member in ipairs(members) do
    local id = member:match('^([^.]+)%.[^.]+$')
    if id and directives[id] == nil then
      directives[id] = load_directive(id) or false
      if directives[id] then
        guard_tasks(id)
        found[#found + 1] = directives[id]
      end
    end
  end
  guard_shard(found)
  return directives
end

local function waits_for_approval(directives, member)
  local id, index = member:match('^([^.]+)%.([^.]+)$')
  local task = id and directives[id] and load_task(directives[id], index)
  return task and task.state == 'held' and task.waiting[1] == 'approval'
end

local function release_members(members, directives, release)
  for _, member in ipairs(members) do
    local id, index = member:match('^([^.]+)%.([^.]+)$')
    if id and directives[id] then release_member(directives[id], index, release) end
  end
  for _, directive in pairs(directives) do
    if directive then save_directive(directive) end
  end
end

-- Looks again at up to `limit` tasks of one of the directive's own lists; true when there are more.
local function unpark(directive, list, release, limit)
  local popped = redis.call('ZPOPMIN', directive_key(directive.id, list), limit)
  directive.parked = directive.parked - #popped / 2
  for at = 1, #popped, 2 do release_member(directive, popped[at], release) end
  return #popped == 2 * limit
end

-- A block, for a chunk of Lua has at most 200 local names.
local wake_short
do
  -- What may still be reserved, and what may still be spent once nothing is; of the money if it is limited, else of the tokens.
  local function budget_room(directive)
    if not directive.budgetMicroUsd then
      local unspent = directive.budgetTokens - directive.chargedTokens
      return unspent - directive.reservedTokens, unspent
    end
    local unspent = directive.budgetMicroUsd - directive.chargedMicroUsd
    return unspent - directive.reservedMicroUsd, unspent
  end

  -- The one that wants the least if it may fit now, else the one that wants the most if it never will: a human is asked about it.
  local function next_short(directive)
    local key = directive_key(directive.id, 'short')
    local free, unspent = budget_room(directive)
    local least = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if least[1] and tonumber(least[2]) <= free then return least[1] end
    local most = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
    return most[1] and tonumber(most[2]) > unspent and most[1]
  end

  -- True when it stopped for the limit alone. One that goes back, for its tokens are not there, ends it.
  function wake_short(directive, release, limit)
    for _ = 1, limit do
      local index = next_short(directive)
      if not index then return false end
      redis.call('ZREM', directive_key(directive.id, 'short'), index)
      directive.parked = directive.parked - 1
      directive.lastShort = false
      release_member(directive, index, release)
      if directive.lastShort == index then return false end
    end
    return true
  end
end

-- As long as what was drawn is enough for them; then it asks for what the next one lacks.
local function wake_undrawn(directive, release, limit)
  local limits, key = limits_of(directive), directive_key(directive.id, 'undrawn')
  for _ = 1, limit do
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if not first[1] then return false end
    local wants = tonumber(first[2])
    local lack = lack_of_day(directive, wants)
    if lack then
      ask_draw(directive, lack)
      return false
    end
    redis.call('ZREM', key, first[1])
    directive.parked, limits.wanted = directive.parked - 1, limits.wanted - wants
    release_member(directive, first[1], release)
  end
  return true
end
