import { shardOfDirective, type DirectiveEvent, type EventType } from '#libs/contracts';
import { partsOf, type StreamPlace } from './stream-id.js';

/** What the stream of a shard says of an event; its body stands in the directive's own stream. */
export interface EventPointer {
  shard: number;
  /** Where it stands in the shard's stream; the beginning for one that was read from the directive's. */
  streamId: StreamPlace;
  directiveId: string;
  seq: number;
  /** The last event that was written with it: they stand in one entry of the directive's stream, which has this number. */
  lastSeq: number;
  type: EventType;
  tenant: string;
}

/** By Redis' clock, when it was written into the shard's stream. */
export function happenedAtMs({ streamId }: EventPointer): number {
  return partsOf(streamId).ms;
}

/**
 * The events an entry points to, in order. The only reader of what `flush_events` in scripts/includes/events.lua writes: for each directive
 * of a call a field `e` with `<directive id> <tenant> <seq of the first> <type> <type> ...`.
 */
export function viewPointers(shard: number, entryId: string, fields: readonly string[]): EventPointer[] {
  const pointers: EventPointer[] = [];
  for (let at = 1; at < fields.length; at += 2) {
    const [directiveId = '', tenant = '', first, ...types] = fields[at]!.split(' ');
    const lastSeq = Number(first) + types.length - 1;
    for (const [step, type] of types.entries()) {
      const streamId = `${entryId}/${pointers.length}`;
      const seq = Number(first) + step;
      pointers.push({ shard, streamId, directiveId, seq, lastSeq, type: type as EventType, tenant });
    }
  }
  const last = pointers.at(-1);
  if (last) last.streamId = entryId;
  return pointers;
}

/** For an event that was read without its pointer. */
export function pointerTo({ directiveId, seq, type }: DirectiveEvent, tenant: string): EventPointer {
  return { shard: shardOfDirective(directiveId)!, streamId: '0-0', directiveId, seq, lastSeq: seq, type, tenant };
}
