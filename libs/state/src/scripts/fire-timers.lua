-- Purpose: brings back tasks whose retry is due and names directives whose time is over. Due by Redis' clock alone.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base  [3] limit
-- Returns: {expired directive ids, ms until the next timer or '', <id>.<index> of approvals nobody gave, followup}
-- Events: task.queued, task.held, task.deferred

-- The caller says no to them; one whose call fails must not stand before all others.
local UNANSWERED_AGAIN_MS = 1000
local release = new_release(ARGV[1], ARGV[2])
local timers = shard_key('timers')
local expired, members, questions, fired, unanswered = {}, {}, {}, {}, {}

for _, timer in ipairs(redis.call('ZRANGEBYSCORE', timers, '-inf', int(NOW), 'LIMIT', 0, tonumber(ARGV[3]))) do
  local kind, rest = timer:match('^(%a+):(.+)$')
  if kind == 'ttl' then
    expired[#expired + 1] = rest
  else
    fired[#fired + 1] = timer
    if kind == 'approval' then questions[#questions + 1] = rest else members[#members + 1] = rest end
  end
end
local all = { unpack(members) }
for _, member in ipairs(questions) do all[#all + 1] = member end
local directives = load_directives(all)
if #fired > 0 then redis.call('ZREM', timers, unpack(fired)) end
for _, member in ipairs(questions) do
  if waits_for_approval(directives, member) then
    unanswered[#unanswered + 1] = member
    add_later(timers, int(NOW + UNANSWERED_AGAIN_MS), 'approval:' .. member)
  end
end
release_members(members, directives, release)
local nearest = redis.call('ZRANGE', timers, 0, 0, 'WITHSCORES')
return { expired, nearest[2] and int(math.max(0, tonumber(nearest[2]) - NOW)) or '', unanswered, followup_of(release, any_filed(directives)) }
