-- Purpose: what a tenant's limits hold against a whole directive: a place among those at work, and what it may spend today.
-- Only a directive whose terms name a limit has the field `limits` (docs/redis-keys.md). `busy` counts tasks that are in flight, in line, asking for a
-- permit or about to be expanded; each says so of itself. A directive without any gives its place back, and is not made to wait when it comes back.
-- Above every limit: such a request is not made to wait.
local ANY_NUMBER = 1000000
local NUMBERS = { 'round', 'busy', 'drawn', 'draws', 'wanted', 'excess', 'books' }

local settle_limits

local function limits_of(directive)
  if directive.limits == 'unread' then
    directive.limits = false
    local terms = directive.terms and budget_terms(directive)
    if terms and (terms.slots or terms.dayMicroUsd) then
      local text = redis.call('HGET', directive_key(directive.id), 'limits')
      directive.limits = text and cjson.decode(text) or {}
      for _, name in ipairs(NUMBERS) do directive.limits[name] = directive.limits[name] or 0 end
      directive.beforeSave = settle_limits
    end
  end
  return directive.limits
end

-- The caller saves the task after it.
local function set_busy(directive, task, is_busy)
  local limits = limits_of(directive)
  if not limits or (task.busy or false) == is_busy then return end
  limits.busy = limits.busy + (is_busy and 1 or -1)
  task.busy = is_busy or nil
end

local function limit_member(word, directive, kind, round, key, max, per_ms)
  return cjson.encode({ word, directive.id, '', int(round), directive.tenant, kind, key, int(max), int(per_ms or 0) })
end

local function slot_member(word, directive, limits)
  return limit_member(word, directive, 'directives', limits.round, '', limits.slotMax)
end

-- `max` is also what stands in the line of its home slot.
local function ask_slot(directive, limits, state, max)
  limits.round, limits.slot, limits.slotMax = limits.round + 1, state, max
  file_permit(slot_member('ask', directive, limits))
end

-- True when the directive must wait for a place before its first task; then `roots`, a chunk of its tasks without dependencies, waits with it.
local function waits_for_slot(directive, roots)
  local limits = limits_of(directive)
  if not limits or directive.state ~= 'QUEUED' then return false end
  local slots = budget_terms(directive).slots
  if not slots or limits.slot == 'held' then return false end
  if not limits.slot then ask_slot(directive, limits, 'asked', slots) end
  if roots then limits.roots = (limits.roots or '') .. roots .. ' ' end
  return true
end

-- What a reservation lacks of what the directive drew from the tenant's money of the day; nil when it lacks nothing.
local function lack_of_day(directive, wants)
  local limits = wants > 0 and limits_of(directive)
  if not limits or not budget_terms(directive).dayMicroUsd then return nil end
  local lack = directive.chargedMicroUsd + directive.reservedMicroUsd + wants - limits.drawn - limits.excess
  return lack > 0 and lack or nil
end

-- It asks for all that its waiting tasks want, and is content with what the first of them lacks.
local function ask_draw(directive, lack)
  local limits, day = limits_of(directive), budget_terms(directive).dayMicroUsd
  if limits.need and limits.need <= lack then return end
  if not limits.need then limits.draws = limits.draws + 1 end
  local taken, wanted = directive.chargedMicroUsd + directive.reservedMicroUsd, limits.wanted
  -- No more than its own budget lets them have.
  if directive.budgetMicroUsd then wanted = math.min(wanted, directive.budgetMicroUsd - taken) end
  limits.need, limits.want = lack, math.max(lack, math.min(taken + wanted - limits.drawn, day))
end

note_excess = function(directive, amount)
  local limits = limits_of(directive)
  if limits and budget_terms(directive).dayMicroUsd then limits.excess = limits.excess + amount end
end
