-- Purpose: a batch of outcomes: read and checked first, all of it, then settled one by one as long as the call stays short.
-- Tasks finished and dependents looked at in one call, each up to 50 µs in a busy Redis.
local SETTLE_WORK = 100
local SETTLEMENT_VALUES = 7
local VERDICTS = { succeeded = true, failed = true, expired = true, retry = true, hold = true, approval = true }

local function is_current(task, attempt, nonce)
  return task and (task.state == 'dispatched' or task.state == 'running') and int(task.attempt) == attempt and task.nonce == nonce
end

-- One settlement from the arguments, or nil and what became of it instead.
local function read_settlement(directive, at)
  local index, verdict = ARGV[at + 1], ARGV[at + 4]
  local task = load_task(directive, index)
  if directive.settling[index] or not is_current(task, ARGV[at + 2], ARGV[at + 3]) then return nil, 'stale' end
  local control, detail = load_control(directive, index), decode_kept(ARGV[at + 5])
  if verdict == 'succeeded' and detail.version ~= control.version then return nil, 'version:' .. control.version end
  require_that(VERDICTS[verdict], 'no such verdict')
  require_that(verdict ~= 'retry' or detail.retryAtMs, 'a retry says when')
  require_that(verdict ~= 'approval' or detail.risk and task.state == 'dispatched', 'only what has not begun can be asked for')
  directive.settling[index] = true
  return { directive = directive, index = index, control = control, task = task, verdict = verdict, detail = detail, output = ARGV[at + 6] }, 'ok'
end

-- The directives of a batch that are not over, each with the indexes of its tasks in it.
local function load_settling(from)
  local directives, by_id = {}, {}
  for at = from, #ARGV, SETTLEMENT_VALUES do
    local id = ARGV[at]
    if by_id[id] == nil then
      local directive = load_directive(id)
      by_id[id] = directive and not RESTING[directive.state] and directive or false
      if by_id[id] then
        directive.settling, directive.indexes = {}, {}
        directives[#directives + 1] = directive
      end
    end
    if by_id[id] then by_id[id].indexes[#by_id[id].indexes + 1] = ARGV[at + 1] end
  end
  return directives, by_id
end

-- A directive whose outcomes are all stale stays as it was.
local function with_settlements(directives)
  local settling = {}
  for _, directive in ipairs(directives) do
    if next(directive.settling) then settling[#settling + 1] = directive end
  end
  return settling
end

-- What became of each, those that are to be settled with their place in the answer, and their directives.
local function read_settlements(from)
  local directives, by_id = load_settling(from)
  for _, directive in ipairs(directives) do
    if #directive.indexes > 1 then
      fetch_tasks(directive, directive.indexes)
      fetch_controls(directive, directive.indexes)
    end
  end
  local results, settlements = {}, {}
  for at = from, #ARGV, SETTLEMENT_VALUES do
    local directive, settlement = by_id[ARGV[at]], nil
    local place = #results + 1
    results[place] = 'stale'
    if directive then settlement, results[place] = read_settlement(directive, at) end
    if settlement then
      settlement.place = place
      settlements[#settlements + 1] = settlement
    end
  end
  return results, settlements, with_settlements(directives)
end

-- The counts of the queues are what the window is judged by, too.
local function guard_settlements(settlements, directives, release)
  guard_shard(directives)
  for _, settlement in ipairs(settlements) do
    local queue, detail = settlement.control.queue, settlement.detail
    release.lines[queue] = release.lines[queue] or redis.call('ZCARD', queue_key('ready', queue))
    release.inflight[queue] = release.inflight[queue] or redis.call('ZCARD', queue_key('inflight', queue))
    if detail.artifacts then redis.call('HLEN', directive_key(settlement.directive.id, 'artifacts')) end
    if detail.revoke then redis.call('XLEN', shard_key('control')) end
  end
end

local function settle_all(settlements, results, release)
  for _, settlement in ipairs(settlements) do
    if release.work > SETTLE_WORK then
      results[settlement.place] = 'again'
    else
      settle(settlement.directive, settlement, release)
    end
  end
end

local function lines_of(release)
  local lines = {}
  for queue, left in pairs(release.lines) do
    lines[#lines + 1] = queue
    lines[#lines + 1] = left
  end
  return lines
end
