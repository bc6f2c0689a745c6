-- Purpose: where a directive may go: the table of libs/policy/src/directive-lifecycle.ts; a test holds the two together.
local TRANSITIONS = {
  PENDING = 'QUEUED RUNNING CANCELLED FAILED TIMEOUT ORPHANED',
  QUEUED = 'RUNNING CANCELLED FAILED TIMEOUT ORPHANED',
  RUNNING = 'COMPLETED PARTIALLY_COMPLETED FAILED TIMEOUT PAUSED STOPPED DEGRADED CANCELLED ORPHANED',
  PAUSED = 'RUNNING STOPPED CANCELLED FAILED TIMEOUT ORPHANED',
  DEGRADED = 'RUNNING FAILED COMPLETED STOPPED CANCELLED PAUSED PARTIALLY_COMPLETED TIMEOUT ORPHANED',
  PARTIALLY_COMPLETED = 'RUNNING COMPLETED TIMEOUT ORPHANED',
}

-- One that is closing goes to where it is closing, and nowhere else.
local function may_go(directive, target)
  local states = directive.closing == '' and TRANSITIONS[directive.state]
  return states and (' ' .. states .. ' '):find(' ' .. target .. ' ', 1, true) ~= nil or false
end
