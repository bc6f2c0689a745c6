export { bootOrchestrator, type RunningOrchestrator } from './boot-orchestrator.js';
