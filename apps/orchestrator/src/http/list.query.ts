import { z } from 'zod';
import { DirectiveState, TaskState } from '#libs/contracts';
import type { DirectiveFilter } from '#libs/state';
import { cursor, limit } from './page.query.js';

const time = z.iso.datetime({ offset: true });
const Label = z.string().min(1).max(400).regex(/^[^=]/, 'a label is "name" or "name=value"');

/** One value, or the same parameter several times. */
function oneOrMore<T extends z.ZodType>(value: T, most: number) {
  return z.union([value, z.array(value).min(1).max(most)]);
}

export const ListQuery = z.strictObject({
  limit: limit(200, 50),
  cursor,
  state: oneOrMore(DirectiveState, 12)
    .optional()
    .describe('only directives in this state; several times: in one of these'),
  label: oneOrMore(Label, 10)
    .optional()
    .describe('only directives with this label, `name=value` or `name`; several times: with all of these'),
  createdAfter: time.optional().describe('only directives created at this time or later'),
  createdBefore: time.optional().describe('only directives created before this time'),
  ref: z.string().max(200).optional().describe('the one directive with this `ref`'),
});
export type ListQuery = z.infer<typeof ListQuery>;

export const TaskQuery = z.strictObject({
  limit: limit(1_000, 500),
  cursor,
  state: oneOrMore(TaskState, 11).optional().describe('only tasks in this state; several times: in one of these'),
});
export type TaskQuery = z.infer<typeof TaskQuery>;

/** Split at the first "=": a name with one in it cannot be asked for. */
function labelOf(text: string): { name: string; value?: string } {
  const at = text.indexOf('=');
  return at < 0 ? { name: text } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text));

export function filterOf({ state, label, createdAfter, createdBefore, ref }: ListQuery): DirectiveFilter {
  return {
    states: state === undefined ? undefined : [state].flat(),
    labels: label === undefined ? undefined : [label].flat().map(labelOf),
    createdAfterMs: timeOf(createdAfter),
    createdBeforeMs: timeOf(createdBefore),
    ref,
  };
}
