-- Purpose: writes the record of a new directive, and its plan when the client gave it.
local DRAFT_VALUES = 12

-- Nothing can stand under the ids of directives that were not accepted.
local function guard_new(drafts)
  local indexes = { shard_key('tenants') }
  for _, draft in ipairs(drafts) do
    if not draft.refusal then
      local found = redis.call('EXISTS', directive_key(draft.id, 'plan'), directive_key(draft.id, 'tasks'), directive_key(draft.id, 'events'), directive_key(draft.id, 'artifacts'))
      require_that(found == 0, 'keys of ' .. draft.id .. ' stand there without its record')
      indexes[#indexes + 1] = ROOT .. ':index:' .. draft.tenant
    end
  end
  guard_shard({}, indexes)
end

local function refusal_of(draft, taken)
  local known = redis.call('HGET', directive_key(draft.id), 'requestHash')
  if known then return known == draft.request_hash and 'exists' or 'mismatch' end
  if redis.call('EXISTS', directive_key(draft.id, 'retiring')) == 1 then return 'retiring' end
  if draft.plan and draft.plan_count == 0 and not is_staged(draft.id, draft.plan) then return 'unstaged' end
  return family.refusal_of(draft, taken)
end

local function read_draft(at)
  local plan, wait = ARGV[at + 5], ARGV[at + 9]
  local draft = {
    id = ARGV[at], request_hash = ARGV[at + 1], tenant = ARGV[at + 2], ttl_ms = tonumber(ARGV[at + 3]), accepted = ARGV[at + 4],
    plan = plan ~= '' and cjson.decode(plan) or nil, record_count = tonumber(ARGV[at + 6]), plan_count = tonumber(ARGV[at + 7]),
    pending_count = tonumber(ARGV[at + 8]), wait = wait and wait ~= '' and cjson.decode(wait) or nil, kept_count = tonumber(ARGV[at + 10]),
    artifact_count = tonumber(ARGV[at + 11]), values = at + DRAFT_VALUES,
  }
  require_that(draft.ttl_ms and draft.kept_count and draft.artifact_count, 'the values of a directive make no sense')
  local counts_are_even = draft.record_count % 2 + draft.plan_count % 2 + draft.pending_count % 2 + draft.artifact_count % 2 == 0
  draft.kept = draft.values + draft.record_count + draft.plan_count + draft.pending_count
  draft.last = draft.kept + draft.kept_count + draft.artifact_count - 1
  require_that(counts_are_even and draft.last <= #ARGV, 'the values of a directive make no sense')
  return draft
end

-- A directive that is twice in one call is found by the second as the first one's.
local function read_drafts()
  local drafts, at, seen, taken = {}, 1, {}, {}
  while at <= #ARGV do
    local draft = read_draft(at)
    if seen[draft.id] then
      draft.refusal = seen[draft.id] == draft.request_hash and 'exists' or 'mismatch'
    else
      draft.refusal = refusal_of(draft, taken)
      if not draft.refusal then seen[draft.id] = draft.request_hash end
    end
    drafts[#drafts + 1] = draft
    at = draft.last + 1
  end
  return drafts
end

-- A record as load_directive would read it, before anything of it is written.
local function new_directive(draft)
  local directive = parse_directive(draft.id, { 'PENDING', false, false, false, false, draft.tenant })
  directive.storedTexts[1] = ''
  return directive
end

-- The record in one HSET, with what the plan and the events changed of it.
local function write_record(draft, directive, ttl_at)
  local values = { unpack(ARGV, draft.values, draft.values + draft.record_count - 1) }
  local more = { 'requestHash', draft.request_hash, 'createdAt', NOW_TEXT, 'updatedAt', NOW_TEXT, 'ttlAt', ttl_at, 'counts', format_counts(directive), unpack(family.depth_of(draft)) }
  for _, value in ipairs(changed_texts(directive, more)) do values[#values + 1] = value end
  redis.call('HSET', directive_key(draft.id), unpack(values))
end

local function write_plan(draft)
  if draft.plan_count > 0 then
    local from = write_arguments(directive_key(draft.id, 'plan'), draft.values + draft.record_count, draft.plan_count)
    write_arguments(directive_key(draft.id, 'tasks'), from, draft.pending_count)
  else
    adopt_staged(draft.id, draft.plan.hash)
  end
end

-- What a retry takes over of the directive before, beside the tasks themselves: the data of its events, and its artifacts.
local function adopt_kept(draft)
  local from = draft.kept + draft.kept_count
  if draft.artifact_count > 0 then write_arguments(directive_key(draft.id, 'artifacts'), from, draft.artifact_count) end
  return { unpack(ARGV, draft.kept, from - 1) }
end

-- What waits for its start has a timer for it, or waits for a human, who has `withinMs`. Its time to live begins with the start; until then
-- the record says how it will go on, for the plan is with its tasks and names no queues.
-- Answers the end of its time: as long as it waits for the clock that is only what it will be, and no timer ends it.
local function begin_wait(draft, directive)
  local wait, plan = draft.wait, draft.plan
  local start = { at = wait.at, ttlMs = draft.ttl_ms, queues = plan and plan.queues, rootChunks = plan and plan.rootChunks }
  redis.call('HSET', directive_key(directive.id), 'start', cjson.encode(start))
  if wait.at == 0 then
    add_later(shard_key('timers'), int(NOW + wait.withinMs), 'ttl:' .. directive.id)
    return NOW + wait.withinMs
  end
  add_later(shard_key('timers'), int(wait.at), 'start:' .. directive.id)
  return math.max(NOW, wait.at) + draft.ttl_ms
end

local function accept(draft)
  local directive = new_directive(draft)
  local ttl_at = int(draft.wait and begin_wait(draft, directive) or NOW + draft.ttl_ms)
  add_later(ROOT .. ':index:' .. draft.tenant, NOW_TEXT, draft.id)
  add_later(shard_key('tenants'), NOW_TEXT, draft.tenant)
  family.link(draft)
  if not draft.wait then add_later(shard_key('timers'), ttl_at, 'ttl:' .. draft.id) end
  emit(directive, 'directive.accepted', nil, draft.accepted)
  if draft.plan then
    write_plan(draft)
    local kept = adopt_kept(draft)
    if draft.wait then adopt_plan(directive, draft.plan, kept) else commit_plan(directive, draft.plan, kept) end
  elseif not draft.wait then
    add_later(shard_key('outbox'), NOW, 'decide:' .. draft.id)
  end
  write_record(draft, directive, ttl_at)
end
