import { z } from 'zod';
import { Json } from './json.js';

/** The form of the trace file; a reader refuses a file of a later one. */
export const traceVersion = 1;

const StreamPlace = z.string().regex(/^\d+-\d+(\/\d+)?$/);
/** Shard number and the id of the pointer that the line was made from: the file is its own cursor. */
const At = z.string().regex(/^\d+:\d+-\d+(\/\d+)?$/);

/**
 * How a seal stands in a line: as its last field, before it `line`, the number of the line since sealing began. A seal is the
 * HMAC-SHA-256, in base64url, of the seal of the line before, a newline, and the line without its own seal (docs/audit.md).
 */
export const sealField = { before: ',"seal":"', length: 43, after: '"}' } as const;

/** Absent in what was written before lines were sealed. Loose: that a seal is right is checked with the key, not by its form. */
const sealFields = { line: z.number().optional(), seal: z.string().optional() };

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
  ...sealFields,
});
export type TraceEvent = z.infer<typeof TraceEvent>;

/**
 * The first line of every trace file: whose events follow, and from where on, by shard. In a sealed file also the id of its `key` and
 * the seal of the line before it, `previous`, empty when it is the first line of all. `isHeadLost`: there was no head to compare with.
 */
export const TraceHead = z.looseObject({
  type: z.literal('recorder.opened'),
  timestamp: z.iso.datetime(),
  version: z.number().int().positive(),
  installation: z.string(),
  positions: z.record(z.string(), StreamPlace),
  key: z.string().optional(),
  previous: z.string().optional(),
  isHeadLost: z.boolean().optional(),
  ...sealFields,
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
  ...sealFields,
});
export type TraceNote = z.infer<typeof TraceNote>;

/**
 * How far the trace was sealed and durable: `line` is the last line, `last` its seal, `file` and `bytes` where it ended, `begins` the
 * first line that must still be there. `seal` is over the word `head`, a newline, and this text without the seal.
 */
export const AuditHead = z.looseObject({
  version: z.literal(1),
  timestamp: z.iso.datetime(),
  file: z.string(),
  bytes: z.number().int().min(0),
  begins: z.number().int().positive(),
  line: z.number().int().min(0),
  last: z.string(),
  key: z.string(),
  seal: z.string(),
});
export type AuditHead = z.infer<typeof AuditHead>;
