-- Purpose: what every transition is wrapped in: its shard, its arguments and its time before it, the gathered writes after it.
-- `flags` may hold `allow-oom`, for what ends work also while Redis is at its maxmemory. Without it the call is refused before its first command.
local function register(name, transition, flags)
  redis.register_function({ function_name = name, flags = flags or {}, callback = function(keys, arguments)
    ROOT = keys[1]
    ARGV = arguments
    NOW = redis_now()
    NOW_TEXT = int(NOW)
    DIRECTIVE_KEYS = {}
    begin_writes()
    begin_events()
    begin_lines()
    begin_permits()
    local reply = transition()
    flush_writes()
    flush_lines()
    flush_events()
    return reply
  end })
end
