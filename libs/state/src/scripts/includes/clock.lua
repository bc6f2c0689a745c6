-- Purpose: Redis' clock in milliseconds; no host clock decides anything.
local function redis_now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Lua's tostring prints 14 digits and then an exponent; stored integers must stay integers. %.0f would be exact too, at ten times the cost.
local function int(number)
  return ('%d'):format(number)
end

local NOW, NOW_TEXT
