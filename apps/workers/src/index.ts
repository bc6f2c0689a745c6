import 'reflect-metadata';

export { bootWorkers } from './boot-workers.js';
export { ActionContext } from './host/action-context.js';
export { Action } from './host/action.decorator.js';
export { startWorkerHost } from './host/start-worker-host.js';
