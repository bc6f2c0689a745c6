import { setTimeout as sleep } from 'node:timers/promises';
import { type DirectiveEvent, type DirectiveView, finalDirectiveStates } from '#libs/contracts';
import { ApiError, ForeignAnswerError, StreamBlockedError } from './client-error.js';
import type { StreamOptions, StreamedEvent } from './event-stream.js';
import { Patience, type PatienceOptions } from './patience.js';

export interface EventPage {
  items: DirectiveEvent[];
  /** Not null while the server may have more events at once. */
  nextCursor: string | null;
}

export interface EventSource {
  getDirective(id: string): Promise<DirectiveView>;
  listEvents(id: string, after: number): Promise<EventPage>;
  streamEvents(options: StreamOptions): AsyncIterable<StreamedEvent>;
}

export interface FollowOptions extends PatienceOptions {
  /** The last `seq` the caller has. */
  after: number;
  /** How often a server without a stream is asked. */
  pollMs?: number | undefined;
}

const defaultPollMs = 500;
// The server's first line comes with the headers. Ten seconds is a slow network; a proxy that buffers keeps it for ever.
const blockedMs = 10_000;

/**
 * The events of a directive up to its final one, by its stream, and by asking again and again where the stream cannot be
 * had: an older server, or a proxy that keeps it back. Throws like `streamEvents`.
 */
export async function* followEvents(
  source: EventSource,
  directiveId: string,
  options: FollowOptions,
): AsyncGenerator<DirectiveEvent> {
  let seq = options.after;
  try {
    for await (const { event } of source.streamEvents({ ...options, directiveId, blockedMs })) {
      seq = event.seq;
      yield event;
    }
    return;
  } catch (error) {
    if (!isWithoutStream(error)) throw error;
  }
  yield* pollEvents(source, directiveId, { ...options, after: seq });
}

function isWithoutStream(error: unknown): boolean {
  if (error instanceof StreamBlockedError || error instanceof ForeignAnswerError) return true;
  return error instanceof ApiError && [404, 405, 406, 501].includes(error.status);
}

async function* pollEvents(
  source: EventSource,
  directiveId: string,
  { after, pollMs = defaultPollMs, ...options }: FollowOptions,
): AsyncGenerator<DirectiveEvent> {
  const patience = new Patience(options);
  let seq = after;
  let isFinal = false;
  for (;;) {
    const { items } = await patience.ask(() => source.listEvents(directiveId, seq));
    for (const event of items) {
      seq = event.seq;
      yield event;
    }
    if (items.length > 0) continue;
    if (isFinal) return;
    const { state } = await patience.ask(() => source.getDirective(directiveId));
    // Once more before the end: an event may have come between the two questions.
    isFinal = finalDirectiveStates.includes(state);
    if (!isFinal) await sleep(pollMs, undefined, { signal: options.signal });
  }
}
