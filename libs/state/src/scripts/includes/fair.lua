-- Purpose: the order of a queue's line: tenants share it evenly, and in a tenant the urgent go first, but never alone.
-- Self-clocked fair queueing (Golestani 1994): a flow is a tenant's tasks of one priority. A task costs 1 to 8 by its priority; its tag is that after
-- the later of the line's time and the tag of its flow's last task. The line is worked off by tag, and its time is the tag of what was last taken. So a
-- flow that floods only delays itself, CRITICAL gets 8 turns for one of LOW, and whoever comes new goes soon. All is forgotten when the line is empty.
-- It is a hint: should its key be of a wrong type, the line is first come, first served.
local COST = { [0] = 1, [1] = 2, [2] = 4, [3] = 8 }
local LINES

local function begin_lines()
  LINES = {}
end

local function line_of(queue)
  local line = LINES[queue]
  if not line then
    line = { ends = {}, changed = false }
    LINES[queue] = line
    local at = redis.pcall('HGET', queue_key('fair', queue), 'now')
    line.now = type(at) == 'string' and tonumber(at) or 0
  end
  return line
end

local function end_of(line, queue, flow)
  if not line.ends[flow] then
    local ends = redis.pcall('HGET', queue_key('fair', queue), flow)
    line.ends[flow] = type(ends) == 'string' and tonumber(ends) or 0
  end
  return line.ends[flow]
end

local function next_tag(directive, queue)
  local line, flow = line_of(queue), directive.priority .. ':' .. directive.tenant
  local tag = math.max(line.now, end_of(line, queue, flow)) + COST[directive.priority]
  line.ends[flow] = tag
  line.changed = true
  return tag
end

-- Of a line from which the task with the tag was taken last, and `left` are left.
local function advance_line(queue, tag, left)
  if left == 0 then
    LINES[queue] = nil
    return redis.call('DEL', queue_key('fair', queue))
  end
  local line = line_of(queue)
  line.now = math.max(line.now, tag)
  line.changed = true
end

-- A task was taken out of the line without its turn: it may have been the last.
local function leave_line(queue)
  line_of(queue).left = true
end

local function flush_lines()
  for queue, line in pairs(LINES) do
    if line.left and redis.call('ZCARD', queue_key('ready', queue)) == 0 then
      redis.call('DEL', queue_key('fair', queue))
    elseif line.changed then
      local fields = { 'HSET', queue_key('fair', queue), 'now', int(line.now) }
      for flow, ends in pairs(line.ends) do
        fields[#fields + 1] = flow
        fields[#fields + 1] = int(ends)
      end
      redis.pcall(unpack(fields))
    end
  end
end
