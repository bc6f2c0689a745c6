import { z } from 'zod';
import { CocError, EventType } from '#libs/contracts';

const after = (text: string) => z.string().max(16_000).optional().describe(text);

export const DirectiveStreamQuery = z.strictObject({
  after: after('the last `seq` seen, where there is no `Last-Event-ID`; without both, from event 1'),
});
export type DirectiveStreamQuery = z.infer<typeof DirectiveStreamQuery>;

export const TenantStreamQuery = z.strictObject({
  after: after('the last `id` seen, where there is no `Last-Event-ID`; without both, from now on'),
  type: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(EventType))
    .optional()
    .describe('only events of these types, with commas in between'),
});
export type TenantStreamQuery = z.infer<typeof TenantStreamQuery>;

/** The header comes first: an EventSource that connects again repeats the query of its first time. */
export function positionFrom(
  lastEventId: string | undefined,
  query: { after?: string | undefined },
): string | undefined {
  return lastEventId || query.after;
}

/** The `seq` in a position of a directive. Throws CURSOR_INVALID. */
export function seqFrom(position: string | undefined): number {
  if (position === undefined) return 0;
  if (/^\d{1,15}$/.test(position)) return Number(position);
  throw new CocError(
    'CURSOR_INVALID',
    'the position is not the seq of an event, a whole number from 0; start again without it',
  );
}
