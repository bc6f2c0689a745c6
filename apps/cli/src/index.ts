export { type Frame } from './progress/render-tree.js';
export { openProgressView } from './progress/open-view.js';
export type { ProgressView } from './progress/progress-view.js';
export { watchDirective, type WatchOptions } from './progress/watch-directive.js';
export type { DirectiveSource } from './progress/directive-source.js';
export { projectRoot } from './project-root.js';
