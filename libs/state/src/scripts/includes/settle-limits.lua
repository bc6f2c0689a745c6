-- Purpose: what a call changed of a directive's limits is told to the home slot, and kept, at the end of the call.
-- A block, for a chunk of Lua has at most 200 local names.
do
  local function return_slot(directive, limits)
    remove_later(shard_key('permits'), slot_member('ask', directive, limits))
    file_permit(slot_member('back', directive, limits))
    limits.slot = nil
  end

  local function draw_member(directive, limits)
    return limit_member('ask', directive, 'spend', limits.draws, int(limits.need), limits.want, budget_terms(directive).dayMicroUsd)
  end

  -- What was spent beyond grants is booked at once: the tenant's day has to know of it.
  local function book_excess(directive, limits)
    limits.books, limits.drawn = limits.books + 1, limits.drawn + limits.excess
    file_permit(limit_member('back', directive, 'overspend', limits.books, '', limits.excess))
    limits.excess = 0
  end

  local function end_limits(directive, limits)
    limits.busy = 0
    if limits.slot then return_slot(directive, limits) end
    if limits.draws > 0 and not limits.isOver then
      file_permit(limit_member('back', directive, 'spend', limits.draws, limits.need and 'asked' or '', limits.drawn - directive.chargedMicroUsd))
    end
    limits.isOver, limits.need = true, nil
  end

  local function save_limits(directive, limits)
    local text = cjson.encode(limits)
    if text ~= directive.storedLimits then redis.call('HSET', directive_key(directive.id), 'limits', text) end
    directive.storedLimits = text
  end

  -- Its own tasks left enough for all that waited.
  local function withdraw(directive, limits)
    file_permit(limit_member('back', directive, 'undraw', limits.draws, '', 0))
    limits.need = nil
  end

  -- Once a call: a smaller need takes the place of a larger one.
  local function file_draw(directive, limits)
    local member = limits.need and draw_member(directive, limits) or nil
    if member == limits.filed then return end
    if limits.filed then remove_later(shard_key('permits'), limits.filed) end
    if member then file_permit(member) end
    limits.filed = member
  end

  settle_limits = function(directive)
    local limits = directive.limits
    if limits.excess > 0 then book_excess(directive, limits) end
    if RESTING[directive.state] then
      end_limits(directive, limits)
    elseif directive.state ~= 'QUEUED' and budget_terms(directive).slots then
      -- What is filed in the cascade is work to come.
      if limits.slot == 'held' and limits.busy <= 0 and not directive.filed then return_slot(directive, limits) end
      if not limits.slot and limits.busy > 0 then ask_slot(directive, limits, 'held', ANY_NUMBER) end
    end
    if limits.need and limits.wanted <= 0 then withdraw(directive, limits) end
    file_draw(directive, limits)
    save_limits(directive, limits)
  end
end
