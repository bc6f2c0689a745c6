export { bootExecutor, type RunningExecutor } from './boot-executor.js';
export type { DirectiveFiles } from './sweep/directive.remover.js';
