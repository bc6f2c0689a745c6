-- Purpose: accepts directives, and commits the plan of each in the same step when the client gave the tasks. Idempotent by id.
-- KEYS[1] root of the shard
-- ARGV of each directive, one after the other: directive id, request hash, tenant, ttl in ms, data of directive.accepted as JSON,
-- plan JSON as in commit-plan or '', number of record values, number of plan values (0 when the plan was staged), number of pending values,
-- how it waits for its start, JSON {at: epoch ms, or 0 for a human's word, which must come within withinMs}, or '',
-- number of kept values, number of artifact values (both 0 but of a retry that goes on from a checkpoint),
-- then record (of a child its `parent` first), plan and pending values (name, value, ...), kept values (data of directive.kept as JSON), artifact values (sha256, entry, ...)
-- Returns: of each: created | exists: same request | mismatch: other request under the same id | unstaged: the plan's hour is over | retiring: the one with this id is just being removed
-- | parent-unknown | parent-over: it rests or is closing | too-deep | too-many
-- Events: directive.accepted, directive.planned when there is a plan, directive.kept when tasks of it have succeeded before

local drafts, results = read_drafts(), {}
guard_new(drafts)
for at, draft in ipairs(drafts) do
  results[at] = draft.refusal or 'created'
  if not draft.refusal then accept(draft) end
end
return results
