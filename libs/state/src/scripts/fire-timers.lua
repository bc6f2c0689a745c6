-- Purpose: brings back tasks whose retry is due and names directives whose time is over. Due by Redis' clock alone.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base  [3] limit
-- Returns: {dispatched, expanding, expired directive ids, ms until the next timer or ''}
-- Events: task.queued, task.held, task.deferred
-- @include keys clock record events tasks budget release

local release = new_release(ARGV[1], ARGV[2])
local timers = shard_key('timers')
local expired = {}

local function fire_retry(member)
  local id, index = member:match('^([^.]+)%.([^.]+)$')
  redis.call('ZREM', timers, 'retry:' .. member)
  local directive = load_directive(id)
  local task = directive and load_task(id, index)
  if not task or task.state ~= 'deferred' then return end
  make_ready(directive, index, load_control(id, index), task, release)
  save_directive(directive)
end

for _, timer in ipairs(redis.call('ZRANGEBYSCORE', timers, '-inf', int(NOW), 'LIMIT', 0, tonumber(ARGV[3]))) do
  local kind, rest = timer:match('^(%a+):(.+)$')
  if kind == 'retry' then fire_retry(rest) else expired[#expired + 1] = rest end
end
local nearest = redis.call('ZRANGE', timers, 0, 0, 'WITHSCORES')
return { release.dispatched, release.expanding, expired, nearest[2] and int(math.max(0, tonumber(nearest[2]) - NOW)) or '' }
