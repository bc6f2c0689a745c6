import 'reflect-metadata';

export { bootWorkers } from './boot-workers.js';
