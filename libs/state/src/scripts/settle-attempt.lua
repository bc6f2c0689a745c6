-- Purpose: accepts outcomes of attempts of one directive: fence, charge, release, advance, event, all in one. A second outcome of an attempt is stale.
-- KEYS[1] root of the shard
-- ARGV[1] directive id  [2] window  [3] nonce base
-- ARGV[4..] of each attempt, <= 25: task index, attempt, nonce, verdict (succeeded | failed | expired | retry | hold),
-- detail JSON {started, costMicroUsd, tokens, code, message, class, retryAtMs, artifacts, version, revoke}, output JSON text
-- Returns: {results, dispatched, expanding, cascades, reviewing, ready} ; ready = queue and tasks left in its line, in turn
-- results: ok | stale | version:<pinned> the output was not checked against the pinned version | again: left out, to keep this call short
-- Events: task.started if not seen, task.completed | task.failed | task.expired | task.retried | task.held, artifact.indexed, and what follows

local directive = load_directive(ARGV[1])
local results, settlements = read_settlements(directive, 4)
if #settlements == 0 then return { results, {}, {}, 0, '', {} } end

local release = new_release(ARGV[2], ARGV[3])
guard_settlements(directive, settlements, release)
local reviewing = settle_all(directive, settlements, results, release)
wake_parked(directive, release)
save_directive(directive)
return { results, release.dispatched, release.expanding, filed_cascades(directive), reviewing and directive.id or '', lines_of(release) }
