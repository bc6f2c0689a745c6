-- Purpose: pops ready tasks of one queue, in the order of fair.lua, up to its window and grants each its assignment, or holds or defers it with the reason.
-- KEYS[1] root of the shard
-- ARGV[1] queue  [2] window  [3] nonce base  [4] limit
-- Returns: {left, popped, followup} ; left = tasks still ready in the queue
-- Events: directive.started, task.queued, task.held, task.deferred

local queue, limit = ARGV[1], tonumber(ARGV[4])
local release = new_release(ARGV[2], ARGV[3])
local ready_key = queue_key('ready', queue)
local used = redis.call('ZCARD', queue_key('inflight', queue))
local room = math.min(limit, window_of(release, queue) - used)
release.inflight[queue] = used

local members, tags = {}, room > 0 and redis.call('ZRANGE', ready_key, 0, room - 1, 'WITHSCORES') or {}
for at = 1, #tags, 2 do members[#members + 1] = tags[at] end
local directives = load_directives(members)
if #members > 0 then redis.call('ZREM', ready_key, unpack(members)) end
release_members(members, directives, release)
local left = redis.call('ZCARD', ready_key)
if #members > 0 then advance_line(queue, tonumber(tags[#tags]), left) end
return { left, #members, followup_of(release, any_filed(directives)) }
