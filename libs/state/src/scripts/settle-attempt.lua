-- Purpose: accepts outcomes of attempts: fence, charge, release, advance, event, all in one. A second outcome of an attempt is stale.
-- KEYS[1] root of the shard
-- ARGV[1] window  [2] nonce base
-- ARGV[3..] of each attempt, <= 25: directive id, task index, attempt, nonce, verdict (succeeded | failed | expired | retry | hold),
-- detail JSON {started, costMicroUsd, tokens, code, message, class, retryAtMs, artifacts, version, revoke}, output JSON text
-- Returns: {results, ready, followup} ; ready = queue and tasks left in its line, in turn
-- results: ok | stale | version:<pinned> the output was not checked against the pinned version | again: left out, to keep this call short
-- Events: task.started if not seen, task.completed | task.failed | task.expired | task.retried | task.held, artifact.indexed, and what follows

local results, settlements, directives = read_settlements(3)
if #settlements == 0 then return { results, {} } end

local release = new_release(ARGV[1], ARGV[2])
guard_settlements(settlements, directives, release)
settle_all(settlements, results, release)
for _, directive in ipairs(directives) do
  wake_others(directive, release)
  save_directive(directive)
end
return { results, lines_of(release), followup_of(release, any_filed(directives)) }
