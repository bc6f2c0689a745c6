import { z } from 'zod';
import { Json } from './json.js';

/** Event names of the directive's story. The seeds' names are kept; each further transition is one `noun.verb`. */
export const eventTypes = [
  'directive.accepted',
  'directive.planned',
  'directive.kept',
  'directive.extended',
  'directive.released',
  'directive.started',
  'directive.degraded',
  'directive.recovered',
  'directive.paused',
  'directive.resumed',
  'directive.review_requested',
  'directive.budget_warned',
  'directive.budget_raised',
  'directive.reservation_corrected',
  'directive.completed',
  'directive.partially_completed',
  'directive.failed',
  'directive.cancelled',
  'directive.timeout',
  'directive.stopped',
  'directive.orphaned',
  'task.expanded',
  'task.queued',
  'task.started',
  'task.completed',
  'task.failed',
  'task.retried',
  'task.held',
  'task.approved',
  'task.denied',
  'task.resolved',
  'task.deferred',
  'task.overspent',
  'task.skipped',
  'task.cancelled',
  'task.expired',
  'artifact.indexed',
  'checkpoint.created',
  'evaluation.complete',
] as const;
export const EventType = z.enum(eventTypes);
export type EventType = z.infer<typeof EventType>;

/** After one of these a directive never changes again and has no further event. */
export const finalEventTypes: readonly EventType[] = [
  'directive.completed',
  'directive.failed',
  'directive.cancelled',
  'directive.timeout',
  'directive.stopped',
  'directive.orphaned',
];

/** `seq` runs 1..n within a directive without gap or duplicate; `data` depends on the type and is documented in docs/events.md. */
export const DirectiveEvent = z
  .strictObject({
    directiveId: z.string(),
    seq: z.number().int().positive(),
    type: EventType,
    timestamp: z.iso.datetime(),
    task: z.string().nullable(),
    data: z.record(z.string(), Json),
  })
  .meta({ id: 'Event' });
export type DirectiveEvent = z.infer<typeof DirectiveEvent>;

export const EventList = z
  .strictObject({ items: z.array(DirectiveEvent), nextCursor: z.string().nullable() })
  .meta({ id: 'EventList' });
