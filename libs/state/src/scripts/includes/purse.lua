-- Purpose: what a tenant's home slot keeps of the money of the day: how much is drawn, and by which directive.
-- A function, for a chunk of Lua has at most 200 local names and the shared ones are nearly as many.
local draw, withdraw, return_draws, book_overspend = (function()
  local DAY_MS = 86400000

  local function spent_key(day)
    return home_key('spent', 'day', int(day))
  end

  local function is_returned(kind, holder)
    return redis.call('ZSCORE', home_key('returned', kind, ''), holder)
  end

  -- Remembered for a day: a directive says it once, and a repetition must not count.
  local function remember_return(kind, holder)
    local returned = home_key('returned', kind, '')
    redis.call('ZREMRANGEBYSCORE', returned, '-inf', int(NOW - DAY_MS))
    redis.call('ZADD', returned, NOW_TEXT, holder)
    redis.call('PEXPIRE', returned, 2 * DAY_MS)
  end

  -- Of what the tenant may spend today (UTC) at least what is needed and at most what is wanted, for one directive.
  local function draw(holder, need, want, limit)
    if is_returned('spend', holder) or is_returned('undraw', holder) then return { 'returned', '' } end
    local key, id = spent_key(math.floor(NOW / DAY_MS)), holder:match('^[^.]+')
    local known = redis.call('HGET', key, 'draw:' .. holder)
    if known then return { 'granted', known } end
    local free = limit - tonumber(redis.call('HGET', key, 'total') or 0)
    if free < need then return { 'waiting', '' } end
    local amount = int(math.min(want, free))
    redis.call('HINCRBY', key, 'total', amount)
    redis.call('HINCRBY', key, 'of:' .. id, amount)
    redis.call('HSET', key, 'draw:' .. holder, amount)
    redis.call('PEXPIRE', key, 3 * DAY_MS)
    return { 'granted', amount }
  end

  -- A draw that nobody was told of, or needs any more. What was drawn.
  local function undo_draw(key, id, holder)
    local amount = tonumber(redis.call('HGET', key, 'draw:' .. holder) or 0)
    if amount > 0 then
      redis.call('HDEL', key, 'draw:' .. holder)
      redis.call('HINCRBY', key, 'total', int(-amount))
      redis.call('HINCRBY', key, 'of:' .. id, int(-amount))
    end
  end

  local function withdraw(holder)
    if is_returned('undraw', holder) then return end
    local today = math.floor(NOW / DAY_MS)
    for day = today, today - 2, -1 do undo_draw(spent_key(day), holder:match('^[^.]+'), holder) end
    remember_return('undraw', holder)
  end

  -- What a directive drew and did not spend goes back to the days it was drawn on, the last first; older days are forgotten, and need nothing back.
  -- `is_asking`: it was not told yet of what it asked for last.
  local function return_draws(holder, unspent, is_asking)
    if is_returned('spend', holder) then return end
    local today, id = math.floor(NOW / DAY_MS), holder:match('^[^.]+')
    for day = today, today - 2, -1 do
      local key = spent_key(day)
      if is_asking then undo_draw(key, id, holder) end
      local back = math.min(unspent, tonumber(redis.call('HGET', key, 'of:' .. id) or 0))
      if back > 0 then redis.call('HINCRBY', key, 'total', int(-back)) end
      redis.call('HDEL', key, 'of:' .. id)
      unspent = unspent - math.max(0, back)
    end
    remember_return('spend', holder)
  end

  -- Spent without having been drawn: today's, whatever the limit.
  local function book_overspend(holder, amount)
    if is_returned('overspend', holder) then return end
    local key = spent_key(math.floor(NOW / DAY_MS))
    redis.call('HINCRBY', key, 'total', int(amount))
    redis.call('PEXPIRE', key, 3 * DAY_MS)
    remember_return('overspend', holder)
  end

  return draw, withdraw, return_draws, book_overspend
end)()
