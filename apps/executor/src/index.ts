export { bootExecutor, type RunningExecutor } from './boot-executor.js';
