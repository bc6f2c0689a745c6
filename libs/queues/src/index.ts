export { bullPrefix, queueOptions, workerOptions, type BullAddress } from './bull-connection.js';
export { isOutOfMemory } from './out-of-memory.js';
export { OutcomeReader, type QueueReport } from './outcome-reader.js';
export { putOffNewer } from './put-off-newer.js';
export { QueueKeeper, type JobFate, type JobOutcome } from './queue-keeper.js';
export { QueueKeys } from './queue-keys.js';
export { QueueSender, type RoomSubject, type TaskJob } from './queue-sender.js';
export { RoomReceiver, type RoomReceiverOptions } from './room-receiver.js';
export { SteadyWorker } from './steady-worker.js';
