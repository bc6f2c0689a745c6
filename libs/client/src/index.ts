export {
  ApiError,
  ForeignAnswerError,
  PathPartError,
  ServerAddressError,
  ServerUnreachableError,
} from './client-error.js';
export { CocClient, type DirectiveEnding, type DirectiveOrder, type LogLine, type RetryOrder } from './coc-client.js';
export type { StreamOptions, StreamedEvent } from './event-stream.js';
export type { Answer } from './exchange.js';
export type { EventPage, FollowOptions } from './follow-events.js';
export type { Operations, Schemas } from './generated/operations.js';
export type { Answered, Asked, OperationId } from './operation.js';
export { Patience, type PatienceOptions } from './patience.js';
export { findServer, type ServerAddress } from './server-address.js';
