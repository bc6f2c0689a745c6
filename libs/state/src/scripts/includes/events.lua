-- Purpose: one event of a directive's story, gap-free by its explicit id, with a pointer in the shard's stream.
-- `data` is a table, or JSON text that came from outside: decoding and encoding it again would turn `[]` into `{}`.
local function emit(directive, type_name, task, data)
  directive.seq = directive.seq + 1
  local seq = int(directive.seq)
  local text = type(data) == 'string' and data or data and cjson.encode(data) or '{}'
  redis.call('XADD', directive_key(directive.id, 'events'), seq .. '-0', 'type', type_name, 'at', NOW_TEXT, 'task', task or '', 'data', text)
  point_later(directive, type_name)
end
