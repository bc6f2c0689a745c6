-- Purpose: what a script knows of its call, and what it asks its caller to do next.
local function new_release(window, nonce)
  require_that(tonumber(window) and #nonce > 0, 'a window and a nonce are needed')
  return {
    window = tonumber(window), nonce = nonce, count = 0, bytes = 0, work = 0, inflight = {}, lines = {}, windows = {}, guarded = {}, dispatched = {}, expanding = {}, reviewing = {},
  }
end

-- dispatched: list of {id, index, attempt, nonce, queue, ttlMs, tenant, traceparent, control, spec, approved}; expanding: of {id, index};
-- cascades: how many are filed, if this call filed any, for what is filed already is somebody else's; reviewing: ids; permits: how many were filed;
-- timer: ms until the first timer that was filed is due, or ''.
local function followup_of(release, has_filed)
  local cascades = has_filed and redis.call('ZCARD', shard_key('cascade')) or 0
  local timer = NEXT_TIMER and int(math.max(0, NEXT_TIMER - NOW)) or ''
  return { release.dispatched, release.expanding, cascades, release.reviewing, FILED_PERMITS, timer }
end

local function any_filed(directives)
  for _, directive in pairs(directives) do
    if directive and directive.filed then return true end
  end
  return false
end
