export { bootOrchestrator, type RunningOrchestrator } from './boot-orchestrator.js';
export { describeHttpApi } from './describe-http-api.js';
