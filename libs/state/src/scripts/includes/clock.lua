-- Purpose: Redis' clock in milliseconds; no host clock decides anything.
local function redis_now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local NOW = redis_now()

-- Lua's tostring prints 14 digits and then an exponent; stored integers must stay integers.
local function int(number)
  return string.format('%.0f', number)
end
