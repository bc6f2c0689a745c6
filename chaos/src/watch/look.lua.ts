/**
 * `KEYS[1]` is the root of a shard. Of each attempt in flight: a JSON line when an outcome of it stands in its queue's stream, or when it was
 * started and its job is gone; last the directives that have an attempt in flight. One call is one moment.
 */
export const lookScript = `
local root, found, ids, known = KEYS[1], {}, {}, {}

local function is_after(one, other)
  local ms, seq = one:match('^(%d+)-(%d+)$')
  local other_ms, other_seq = other:match('^(%d+)-(%d+)$')
  ms, seq, other_ms, other_seq = tonumber(ms), tonumber(seq), tonumber(other_ms), tonumber(other_seq)
  return ms > other_ms or ms == other_ms and seq > other_seq
end

local function pairs_of(flat)
  local fields = {}
  for at = 1, #flat, 2 do fields[flat[at]] = flat[at + 1] end
  return fields
end

-- Where the group stands; nil when there is none.
local function delivered_to(stream)
  local groups = redis.pcall('XINFO', 'GROUPS', stream)
  for _, group in ipairs(groups.err and {} or groups) do
    local fields = pairs_of(group)
    if fields.name == 'settle' then return fields['last-delivered-id'] end
  end
end

local function is_passed(stream, id, delivered)
  if not delivered or is_after(id, delivered) then return false end
  return #redis.call('XPENDING', stream, 'settle', id, id, 1) == 0
end

local function has_job(queue, job)
  return redis.call('EXISTS', root .. ':' .. queue .. ':' .. job) == 1
end

local function has_started(job)
  local id, index = job:match('^([^.]+)%.([^.]+)%.')
  local text = redis.call('HGET', root .. ':d:' .. id .. ':tasks', index)
  return text and cjson.decode(text).state == 'running'
end

for _, queue in ipairs(redis.call('SMEMBERS', root .. ':queues')) do
  local stream, inflight = root .. ':' .. queue .. ':events', {}
  for _, job in ipairs(redis.call('ZRANGE', root .. ':inflight:' .. queue, 0, 499)) do
    inflight[job] = true
    local id = job:match('^[^.]+')
    if not known[id] then ids[#ids + 1] = id end
    known[id] = true
    if has_started(job) and not has_job(queue, job) then found[#found + 1] = cjson.encode({ what = 'no job', queue = queue, jobId = job }) end
  end
  local delivered = next(inflight) and delivered_to(stream)
  for _, entry in ipairs(next(inflight) and redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 300) or {}) do
    local fields = pairs_of(entry[2])
    if inflight[fields.jobId] and (fields.event == 'completed' or fields.event == 'failed') then
      local passed, job_there = is_passed(stream, entry[1], delivered), has_job(queue, fields.jobId)
      if passed or not job_there then
        found[#found + 1] = cjson.encode({
          what = 'outcome', queue = queue, jobId = fields.jobId, entryId = entry[1], isPassed = passed, hasJob = job_there,
        })
      end
    end
  end
end
return { found, ids }
`;
