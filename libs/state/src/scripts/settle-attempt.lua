-- Purpose: accepts one outcome of one attempt: fence, charge, release, advance, event, all in one. A second outcome of the attempt is stale.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] task index  [3] attempt  [4] nonce  [5] verdict: succeeded | failed | expired | retry | hold
-- ARGV[6] detail JSON {started, costMicroUsd, tokens, code, message, class, retryAtMs, artifacts, version, revoke}  [7] output JSON text
-- ARGV[8] window  [9] nonce base
-- Returns: {'ok', dispatched, expanding, cascades, reviewing, queue, readyLeft} | {'stale'} | {'version', pinned} the output was not checked against the pinned version
-- Events: task.started if not seen, task.completed | task.failed | task.expired | task.retried | task.held, artifact.indexed, and what follows
-- @include keys clock record events guard tasks budget release lists advance close settle

local id, index, verdict = ARGV[1], ARGV[2], ARGV[5]
local task = load_task(id, index)
if not task or int(task.attempt or 0) ~= ARGV[3] or task.nonce ~= ARGV[4] then return { 'stale' } end
if task.state ~= 'dispatched' and task.state ~= 'running' then return { 'stale' } end
local directive = load_directive(id)
if not directive or RESTING[directive.state] then return { 'stale' } end
local control = load_control(id, index)
local detail = cjson.decode(ARGV[6])
if verdict == 'succeeded' and detail.version ~= control.version then return { 'version', control.version } end
require_that(VERDICTS[verdict], 'no such verdict')
require_that(verdict ~= 'retry' or detail.retryAtMs, 'a retry says when')
guard_shard()
guard_directive(id)
guard_queue(control.queue)

local release = new_release(ARGV[8], ARGV[9])
release.behind = control.queue
local reviewing = settle(directive, index, control, task, verdict, detail, ARGV[7], release)
wake_parked(directive, release)
save_directive(directive)
return {
  'ok', release.dispatched, release.expanding, redis.call('ZCARD', shard_key('cascade')), reviewing and id or '',
  control.queue, redis.call('ZCARD', shard_key('ready:' .. control.queue)),
}
