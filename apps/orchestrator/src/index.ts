export { PortInUseError, bootOrchestrator, type RunningOrchestrator } from './boot-orchestrator.js';
