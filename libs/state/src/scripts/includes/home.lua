-- Purpose: what a tenant's home slot keeps of each limit that crosses shards: who holds a place, who waits in line, whose turn is when.
-- Here ROOT is the root of the tenant. Answers are the same however often they are asked for.
-- A return may overtake the request it is about, or a repetition of it: what was returned is remembered for as long as one may be under way.
local REMEMBERED_MS = 60000
-- So many cannot be a limit: who asks under it is at work already.
local ANY_NUMBER = 1000000
-- Places handed on by one call.
local HAND_ON_LIMIT = 100

local function home_key(name, kind, key)
  return table.concat({ ROOT, name, kind, key }, ':')
end

-- Which places there are, so that a sweep finds those whose holder is gone: Redis can only be asked for keys by looking at all of them.
local function places_key()
  return ROOT .. ':places'
end

local function guard_home(kind, key)
  guard_sets({ ROOT .. ':none', places_key(), home_key('holders', kind, key), home_key('line', kind, key), home_key('returned', kind, key), home_key('freed', kind, key) })
end

-- The limit stands in the line, too, for tasks may name one key with different limits: the first in line is asked for its own.
local function line_member(holder, max)
  return int(max) .. '|' .. holder
end

local function take_place(kind, key, holder, max)
  local holders, line = home_key('holders', kind, key), home_key('line', kind, key)
  if redis.call('ZSCORE', home_key('returned', kind, key), holder) then return 'returned' end
  if redis.call('ZSCORE', holders, holder) then return 'granted' end
  redis.call('SADD', places_key(), kind .. ':' .. key)
  local own, ends = line_member(holder, max), redis.call('ZRANGE', line, -1, -1, 'WITHSCORES')
  local first = redis.call('ZRANGE', line, 0, 0)[1]
  if max >= ANY_NUMBER or redis.call('ZCARD', holders) < max and (not first or first == own) then
    redis.call('ZREM', line, own)
    redis.call('ZADD', holders, NOW_TEXT, holder)
    return 'granted'
  end
  redis.call('ZADD', line, 'NX', ends[2] and ends[2] + 1 or 1, own)
  return 'waiting'
end

-- Who got a place that became free.
local function hand_on(kind, key)
  local holders, line, granted = home_key('holders', kind, key), home_key('line', kind, key), {}
  while #granted < HAND_ON_LIMIT do
    local first = redis.call('ZRANGE', line, 0, 0)[1]
    local max, holder = (first or ''):match('^(%d+)|(.+)$')
    if not max or redis.call('ZCARD', holders) >= tonumber(max) then return granted end
    redis.call('ZREM', line, first)
    redis.call('ZADD', holders, NOW_TEXT, holder)
    granted[#granted + 1] = holder
  end
  return granted
end

local function forget_empty(kind, key)
  if redis.call('EXISTS', home_key('holders', kind, key), home_key('line', kind, key)) == 0 then redis.call('SREM', places_key(), kind .. ':' .. key) end
end

local function return_place(kind, key, holder, max)
  local returned = home_key('returned', kind, key)
  redis.call('ZREM', home_key('holders', kind, key), holder)
  redis.call('ZREM', home_key('line', kind, key), line_member(holder, max))
  redis.call('ZREMRANGEBYSCORE', returned, '-inf', int(NOW - REMEMBERED_MS))
  redis.call('ZADD', returned, NOW_TEXT, holder)
  redis.call('PEXPIRE', returned, 2 * REMEMBERED_MS)
  local granted = hand_on(kind, key)
  forget_empty(kind, key)
  return granted
end

-- A turn that has not come yet: whoever asks next and would have to wait longer may have it.
local function return_turn(key, holder)
  local turns, freed = home_key('holders', 'rate', key), home_key('freed', 'rate', key)
  local turn_at = tonumber(redis.call('ZSCORE', turns, holder) or 0)
  if turn_at <= NOW then return end
  redis.call('ZREM', turns, holder)
  redis.call('ZADD', freed, int(turn_at), holder)
  redis.call('PEXPIRE', freed, int(math.max(redis.call('PTTL', turns), turn_at - NOW + REMEMBERED_MS)))
end

local function freed_turn(key, before)
  local freed = home_key('freed', 'rate', key)
  local first = redis.call('ZRANGEBYSCORE', freed, int(NOW), '(' .. int(before), 'WITHSCORES', 'LIMIT', 0, 1)
  if not first[1] then return nil end
  redis.call('ZREM', freed, first[1])
  return tonumber(first[2])
end

-- A token bucket that holds `max` and is filled evenly within `per_ms`, as the time at which it would be full again (GCRA).
local function next_turn(key, max, per_ms)
  local full = home_key('full', 'rate', key)
  local full_at = math.max(NOW, tonumber(redis.call('GET', full) or 0)) + per_ms / max
  local turn_at = math.ceil(math.max(NOW, full_at - per_ms))
  local freed_at = turn_at > NOW and freed_turn(key, turn_at)
  if freed_at then return freed_at end
  local keep_ms = int(math.ceil(full_at - NOW) + 2 * REMEMBERED_MS)
  redis.call('SET', full, ('%.3f'):format(full_at), 'PX', keep_ms)
  return turn_at, keep_ms
end

local function take_turn(kind, key, holder, max, per_ms)
  local turns = home_key('holders', kind, key)
  local known = redis.call('ZSCORE', turns, holder)
  if known then return known end
  local turn_at, keep_ms = next_turn(key, max, per_ms)
  redis.call('ZREMRANGEBYSCORE', turns, '-inf', int(NOW - REMEMBERED_MS))
  redis.call('ZADD', turns, int(turn_at), holder)
  redis.call('PEXPIRE', turns, keep_ms or int(math.max(redis.call('PTTL', turns), turn_at - NOW + 2 * REMEMBERED_MS)))
  return int(turn_at)
end
