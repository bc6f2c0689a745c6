import 'reflect-metadata';

export { bootEmbedded, type RunningEmbedded } from './boot-embedded.js';
