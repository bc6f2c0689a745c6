import { z } from 'zod';
import { SchemaVersion } from './schema-version.js';

const room = {
  schemaVersion: SchemaVersion,
  tenant: z.string(),
  directiveId: z.string(),
  traceparent: z.string(),
};

/** Orders between the rooms. They are hints: the record in Redis says what is to be done, a sweeper sends a lost one again. */
const DecideDirective = z.object({ ...room, kind: z.literal('DecideDirective') });
const ExecuteDirective = z.object({ ...room, kind: z.literal('ExecuteDirective') });
const ReviewDirective = z.object({ ...room, kind: z.literal('ReviewDirective') });

export const RoomMessage = z.discriminatedUnion('kind', [DecideDirective, ExecuteDirective, ReviewDirective]);
export type RoomMessage = z.infer<typeof RoomMessage>;

/** Data of a job on a room's queue: what was to be told to the room while the job before it was on its way, at most 100 orders. */
export const RoomBatch = z.object({ schemaVersion: SchemaVersion, messages: z.array(RoomMessage).min(1) });
export type RoomBatch = z.infer<typeof RoomBatch>;
