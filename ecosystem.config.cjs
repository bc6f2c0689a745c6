// PM2: `npm run build`, then `pm2 start ecosystem.config.cjs` (docs/deploy.md). Each process is one role of the system.
// What is set where `pm2 start` is typed (REDIS_URL, COC_DATA_DIR, …) goes to all of them.
const { join } = require('node:path');

const app = (name, service, env = {}, options = {}) => ({
  name,
  script: join(__dirname, 'dist', 'apps', service, 'src', 'main.js'),
  cwd: __dirname,
  env: { NODE_ENV: 'production', ...env },
  // Longer than COC_SHUTDOWN_GRACE_MS and the 5 s that closing may take after it: PM2 kills at 1.6 s otherwise.
  kill_timeout: 20_000,
  // A Redis that is away ends a start: try again, ever more slowly, and never give up.
  exp_backoff_restart_delay: 200,
  merge_logs: true,
  ...options,
});

const worker = (name, ...actions) => app(name, 'workers', { COC_ACTIONS: actions.join(',') });

module.exports = {
  apps: [
    app('cogo-orchestrator-brain', 'orchestrator'),
    app('cogo-executor-dispatcher', 'executor', { COC_ROLE: 'all' }),
    app('cogo-bus-reclaimer', 'executor', { COC_ROLE: 'reclaimer' }),
    app('cogo-bus-retention', 'executor', { COC_ROLE: 'retention' }),
    worker('cogo-gateway-chat', 'agent.worker'),
    worker('cogo-rag-dispatcher', 'docs.collect', 'docs.report', 'docs.answer'),
    worker('cogo-rag-embed', 'rag.embed'),
    worker('cogo-kg-builder', 'kg.build'),
    app('cogo-trace-recorder', 'recorder'),
  ],
};
