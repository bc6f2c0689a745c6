export { bootRecorder } from './boot-recorder.js';
