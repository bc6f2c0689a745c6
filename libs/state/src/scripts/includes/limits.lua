-- Purpose: what a tenant's limits hold against a whole directive: a place among those at work, and what it may spend today.
-- Only a directive whose terms name a limit has the field `limits` in its record: { slot, round, busy, drawn, draws, drawing }.
-- `busy` counts its tasks in flight or in line for a queue. One that has none gives its place back, and is not made to wait for another: what a
-- human lets go after three days goes.
local ANY_NUMBER = 1000000

local settle_limits

local function limits_of(directive)
  if directive.limits == 'unread' then
    directive.limits = false
    local terms = directive.terms and budget_terms(directive)
    if terms and (terms.slots or terms.dayMicroUsd) then
      local text = redis.call('HGET', directive_key(directive.id), 'limits')
      directive.limits = text and cjson.decode(text) or { round = 0, busy = 0, drawn = 0, draws = 0 }
      directive.beforeSave = settle_limits
    end
  end
  return directive.limits
end

local function change_busy(directive, by)
  local limits = limits_of(directive)
  if limits then limits.busy = limits.busy + by end
end

local function limit_member(word, directive, kind, round, max, per_ms)
  return cjson.encode({ word, directive.id, '', int(round), directive.tenant, kind, '', int(max), int(per_ms or 0) })
end

local function slot_member(word, directive, limits)
  return limit_member(word, directive, 'directives', limits.round, limits.slotMax)
end

-- `max` is also what stands in the line of its home slot.
local function ask_slot(directive, limits, state, max)
  limits.round, limits.slot, limits.slotMax = limits.round + 1, state, max
  file_permit(slot_member('ask', directive, limits))
end

local function return_slot(directive, limits)
  remove_later(shard_key('permits'), slot_member('ask', directive, limits))
  file_permit(slot_member('back', directive, limits))
  limits.slot = nil
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

local function save_limits(directive, limits)
  local text = cjson.encode(limits)
  if text ~= directive.storedLimits then redis.call('HSET', directive_key(directive.id), 'limits', text) end
  directive.storedLimits = text
end

settle_limits = function(directive)
  local limits = directive.limits
  if RESTING[directive.state] then
    limits.busy = 0
    if limits.slot then return_slot(directive, limits) end
    if limits.drawing then remove_later(shard_key('permits'), limit_member('ask', directive, 'spend', limits.draws, limits.drawing, limits.dayMicroUsd)) end
    if limits.draws > 0 and not limits.isOver then file_permit(limit_member('back', directive, 'spend', limits.draws, directive.chargedMicroUsd)) end
    limits.isOver, limits.drawing = true, nil
  elseif directive.state ~= 'QUEUED' and budget_terms(directive).slots then
    if limits.slot == 'held' and limits.busy <= 0 then return_slot(directive, limits) end
    if not limits.slot and limits.busy > 0 then ask_slot(directive, limits, 'held', ANY_NUMBER) end
  end
  save_limits(directive, limits)
end

-- What the task lacks of what its directive drew from the tenant's budget of the day; nil when it lacks nothing.
local function lack_of_day(directive, control)
  local limits = control.reserveMicroUsd > 0 and limits_of(directive)
  if not limits or not budget_terms(directive).dayMicroUsd then return nil end
  local lack = directive.chargedMicroUsd + directive.reservedMicroUsd + control.reserveMicroUsd - limits.drawn
  return lack > 0 and lack or nil
end

local function ask_draw(directive, amount)
  local limits = limits_of(directive)
  if limits.drawing then return end
  limits.draws, limits.drawing, limits.dayMicroUsd = limits.draws + 1, amount, budget_terms(directive).dayMicroUsd
  file_permit(limit_member('ask', directive, 'spend', limits.draws, amount, limits.dayMicroUsd))
end
