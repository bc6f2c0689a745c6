/** Every metric by name, here alone: dashboards and alert rules depend on them. Those without `coc_` are the seed's. */
export const metricNames = {
  httpDuration: 'http_request_duration_seconds',
  activeSessions: 'orchestrator_active_sessions',
  activeAgents: 'orchestrator_active_agents',
  tasks: 'orchestrator_tasks_total',
  directives: 'coc_directives_total',
  queueDepth: 'coc_queue_depth',
  queueOldestWait: 'coc_queue_oldest_wait_seconds',
  taskWait: 'coc_task_wait_seconds',
  taskWork: 'coc_task_work_seconds',
  retries: 'coc_task_retries_total',
  holds: 'coc_task_holds_total',
  deferrals: 'coc_task_deferrals_total',
  repairs: 'coc_repairs_total',
  spend: 'coc_spend_usd_total',
  recorderLag: 'coc_recorder_lag_seconds',
  eventLoopDelay: 'coc_event_loop_delay_seconds',
} as const;

/** Seconds: from a task of a few ms to one of an hour. */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600];
