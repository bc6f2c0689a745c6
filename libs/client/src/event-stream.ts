import { DirectiveEvent, type EventType, finalEventTypes } from '#libs/contracts';
import { z } from 'zod';
import { ForeignAnswerError, ServerUnreachableError, StreamBlockedError } from './client-error.js';
import { parseBody } from './exchange.js';
import { Patience, type PatienceOptions } from './patience.js';
import type { ServerAddress } from './server-address.js';
import { StreamConnection, type StreamPart } from './stream-connection.js';

export interface StreamOptions extends PatienceOptions {
  /** Without it: the events of all directives of the tenant, from now on. */
  directiveId?: string | undefined;
  /** Of a tenant: only events of these types. */
  types?: readonly EventType[] | undefined;
  /** Where to go on after: a `seq` of the directive, or an `id` that this stream gave. */
  after?: number | string | undefined;
  /** How long a stream may be without a byte before it is opened again; 45 s, which is three heartbeats. */
  quietMs?: number | undefined;
  /** Throw StreamBlockedError when nothing at all comes within this time; without it, try again for ever. */
  blockedMs?: number | undefined;
  /** Told each position as it comes. Of a tenant the first one comes before any event: what happens after it is not missed. */
  onPosition?: ((id: string) => void) | undefined;
}

/** `id` is the position after this event: give it as `after` to go on from here. */
export interface StreamedEvent {
  id: string;
  event: DirectiveEvent;
}

const defaultQuietMs = 45_000;

// A newer server may know more types and fields than this client.
const WireEvent = z.looseObject({ ...DirectiveEvent.shape, type: z.string() });

/**
 * The events as they happen, each once and in order, over any number of connections. Ends with the directive's final
 * event. Throws ApiError (404, 410: the position is too old), ForeignAnswerError, ServerUnreachableError when the
 * patience is over, and the signal's reason.
 */
export async function* streamEvents(server: ServerAddress, options: StreamOptions): AsyncGenerator<StreamedEvent> {
  const patience = new Patience(options);
  const position = new Position(server.url, options);
  let wasHeard = false;
  for (;;) {
    const connection = openConnection(server, options, position, wasHeard);
    const parts = connection.parts();
    try {
      let step = await parts.next();
      for (; !step.done; step = await parts.next()) {
        wasHeard = true;
        patience.heard();
        if ('retryMs' in step.value) patience.setRetry(step.value.retryMs);
        if ('id' in step.value) options.onPosition?.(step.value.id);
        const event = position.take(step.value);
        if (event === undefined) continue;
        yield event;
        if (options.directiveId !== undefined && finalEventTypes.includes(event.event.type)) return;
      }
      if (!step.value) return;
      throw new ServerUnreachableError(server.url, `the event stream of ${server.url} ended`);
    } catch (error) {
      if (connection.wasMute && !wasHeard && options.blockedMs !== undefined) {
        throw new StreamBlockedError(server.url, options.blockedMs);
      }
      await patience.pause(error);
    } finally {
      await parts.return(false);
    }
  }
}

function openConnection(server: ServerAddress, options: StreamOptions, position: Position, wasHeard: boolean) {
  const { signal = new AbortController().signal, quietMs = defaultQuietMs, blockedMs = quietMs } = options;
  return new StreamConnection({
    server,
    path: pathOf(options),
    lastEventId: position.id,
    signal,
    quietMs: wasHeard ? quietMs : blockedMs,
  });
}

function pathOf({ directiveId, types = [] }: StreamOptions): string {
  if (directiveId !== undefined) return `/api/v1/directives/${encodeURIComponent(directiveId)}/events/stream`;
  return `/api/v1/events/stream${types.length > 0 ? `?type=${types.join(',')}` : ''}`;
}

/** Where a reader of the stream stands; drops what it had and refuses what would leave a gap. */
class Position {
  id: string | undefined;
  private seq: number;

  constructor(
    private readonly url: string,
    private readonly options: StreamOptions,
  ) {
    const { directiveId, after } = options;
    this.seq = directiveId === undefined ? 0 : Number(after ?? 0);
    this.id = directiveId === undefined ? after?.toString() : String(this.seq);
  }

  /** The event of this part, if it is one and new. */
  take(part: StreamPart): StreamedEvent | undefined {
    if (this.options.directiveId === undefined) {
      if ('id' in part) this.id = part.id;
      return 'data' in part ? { id: this.id ?? '', event: this.parse(part.data) } : undefined;
    }
    return 'data' in part ? this.next(this.parse(part.data)) : undefined;
  }

  /** Of one directive the events themselves are the position: `seq` has no gap. */
  private next(event: DirectiveEvent): StreamedEvent | undefined {
    if (event.seq <= this.seq) return undefined;
    if (event.seq > this.seq + 1) {
      const gap = `the event stream of ${this.url} went from ${this.seq} to ${event.seq}`;
      throw new ServerUnreachableError(this.url, gap);
    }
    this.seq = event.seq;
    this.id = String(event.seq);
    return { id: this.id, event };
  }

  private parse(data: string): DirectiveEvent {
    const parsed = WireEvent.safeParse(parseBody(data));
    if (parsed.success) return parsed.data as DirectiveEvent;
    const fault = parsed.error.issues[0];
    throw new ForeignAnswerError(this.url, 200, `an event with ${fault?.path.join('/')} ${fault?.message}`);
  }
}
