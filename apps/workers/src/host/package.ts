/** What the package `@coc/worker` offers. */
import 'reflect-metadata';

export { ActionContext } from './action-context.js';
export { ActionError } from './action-error.js';
export { Action, type ActionOptions } from './action.decorator.js';
export { defineAction, type ActionFunction } from './define-action.js';
export { serveActions } from './serve-actions.js';
