import { shardOfDirective, type DirectiveEvent, type EventType } from '#libs/contracts';

/** What the stream of a shard says of an event; its body stands in the directive's own stream. */
export interface EventPointer {
  shard: number;
  /** Where it stands in the shard's stream; the beginning for one that was read from the directive's. */
  streamId: string;
  directiveId: string;
  seq: number;
  type: EventType;
  tenant: string;
}

/** The only reader of what `emit` in scripts/includes/events.lua writes to a shard's stream. */
export function viewPointer(shard: number, streamId: string, fields: readonly string[]): EventPointer {
  const [, directiveId, , seq, , type, , tenant] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { shard, streamId, directiveId, seq: Number(seq), type: type as EventType, tenant };
}

/** For an event that was read without its pointer. */
export function pointerTo({ directiveId, seq, type }: DirectiveEvent, tenant: string): EventPointer {
  return { shard: shardOfDirective(directiveId)!, streamId: '0-0', directiveId, seq, type, tenant };
}
