-- Purpose: brings back tasks whose retry is due and names directives whose time is over, or whose start has come. Due by Redis' clock alone.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base  [3] limit
-- Returns: {expired directive ids, ms until the next timer or '', <id>.<index> of approvals nobody gave, followup, ids of directives to be started}
-- Events: task.queued, task.held, task.deferred

-- What the caller is to say no to, or to start; one whose call fails must not stand before all others.
local AGAIN_MS = 1000
local release = new_release(ARGV[1], ARGV[2])
local timers = shard_key('timers')
local expired, starting, members, questions, fired, unanswered = {}, {}, {}, {}, {}, {}

for _, timer in ipairs(redis.call('ZRANGEBYSCORE', timers, '-inf', int(NOW), 'LIMIT', 0, tonumber(ARGV[3]))) do
  local kind, rest = timer:match('^(%a+):(.+)$')
  if kind == 'ttl' then
    expired[#expired + 1] = rest
  else
    fired[#fired + 1] = timer
    local list = kind == 'approval' and questions or kind == 'start' and starting or members
    list[#list + 1] = rest
  end
end
local all = { unpack(members) }
for _, member in ipairs(questions) do all[#all + 1] = member end
local directives = load_directives(all)
if #fired > 0 then redis.call('ZREM', timers, unpack(fired)) end
for _, id in ipairs(starting) do add_later(timers, int(NOW + AGAIN_MS), 'start:' .. id) end
for _, member in ipairs(questions) do
  if waits_for_approval(directives, member) then
    unanswered[#unanswered + 1] = member
    add_later(timers, int(NOW + AGAIN_MS), 'approval:' .. member)
  end
end
release_members(members, directives, release)
local nearest = redis.call('ZRANGE', timers, 0, 0, 'WITHSCORES')
return { expired, nearest[2] and int(math.max(0, tonumber(nearest[2]) - NOW)) or '', unanswered, followup_of(release, any_filed(directives)), starting }
