import { z } from 'zod';
import { Json } from './json.js';

/** What may be ordered of one task; `complete` is asked for as `complete-with`. */
export const TaskVerb = z.enum(['skip', 'complete', 'retry']);
export type TaskVerb = z.infer<typeof TaskVerb>;

const comment = z.string().max(2_000).default('');

/** Why; it stands in the task's events. */
export const OrderTask = z.strictObject({ comment }).default({ comment: '' }).meta({ id: 'OrderTask' });
export type OrderTask = z.infer<typeof OrderTask>;

export const CompleteTask = z.strictObject({ output: Json, comment }).meta({ id: 'CompleteTask' });
export type CompleteTask = z.infer<typeof CompleteTask>;
