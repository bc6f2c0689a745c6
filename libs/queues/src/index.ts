export { bullPrefix, queueOptions, workerOptions, type BullAddress } from './bull-connection.js';
export { OutcomeReader, type QueueReport } from './outcome-reader.js';
export { QueueKeeper, type FinishedJob, type JobFate, type JobOutcome } from './queue-keeper.js';
export { QueueKeys } from './queue-keys.js';
export { QueueSender, type RoomSubject, type TaskJob } from './queue-sender.js';
export { RoomReceiver, type RoomReceiverOptions } from './room-receiver.js';
