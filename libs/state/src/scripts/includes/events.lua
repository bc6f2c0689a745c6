-- Purpose: one event of a directive's story, gap-free by its explicit id, with a pointer in the shard's stream.
local function emit(directive, type, task, data)
  directive.seq = directive.seq + 1
  local seq = int(directive.seq)
  redis.call('XADD', directive_key(directive.id, 'events'), seq .. '-0', 'type', type, 'at', int(NOW), 'task', task or '',
    'data', data and cjson.encode(data) or '{}')
  redis.call('XADD', shard_key('events'), '*', 'directive', directive.id, 'seq', seq, 'type', type, 'tenant', directive.tenant)
end
