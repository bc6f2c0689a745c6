import { z } from 'zod';
import { Json } from './json.js';

/** The form of the trace file; a reader refuses a file of a later one. */
export const traceVersion = 1;

const StreamPlace = z.string().regex(/^\d+-\d+(\/\d+)?$/);
/** Shard number and the id of the pointer that the line was made from: the file is its own cursor. */
const At = z.string().regex(/^\d+:\d+-\d+(\/\d+)?$/);

/** One event of a directive as a line of `events.jsonl`. `type` is open: an older reader must pass over newer events. */
export const TraceEvent = z.looseObject({
  type: z.string(),
  timestamp: z.iso.datetime(),
  directive: z.string(),
  task: z.string().nullable(),
  seq: z.number().int().positive(),
  tenant: z.string(),
  data: z.record(z.string(), Json),
  at: At,
});
export type TraceEvent = z.infer<typeof TraceEvent>;

/** The first line of every trace file: whose events follow, and from where on, by shard. */
export const TraceHead = z.looseObject({
  type: z.literal('recorder.opened'),
  timestamp: z.iso.datetime(),
  version: z.number().int().positive(),
  installation: z.string(),
  positions: z.record(z.string(), StreamPlace),
});
export type TraceHead = z.infer<typeof TraceHead>;

/**
 * What the recorder could not record, said in the place where it is missing. `gap`: the shard's stream was cut beyond `after`; `rewound`:
 * Redis went back to an older state, so what the file has after `at` never happened and its numbers are given again.
 */
export const TraceNote = z.looseObject({
  type: z.enum(['recorder.gap', 'recorder.rewound']),
  timestamp: z.iso.datetime(),
  shard: z.number().int().min(0),
  after: StreamPlace,
  at: At,
});
export type TraceNote = z.infer<typeof TraceNote>;
