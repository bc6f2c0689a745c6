import type { DirectiveEvent } from '#libs/contracts';
import { runPipeline, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { viewEvents } from '../read/event-view.js';
import type { EventPointer } from './event-pointer.js';

interface Run {
  directiveId: string;
  from: number;
  to: number;
}

/** Events of one directive that follow each other are one read, up to the entry in which the last of them stands. */
function runsOf(pointers: readonly EventPointer[]): Run[] {
  const runs: Run[] = [];
  const latest = new Map<string, Run>();
  for (const { directiveId, seq, lastSeq } of pointers) {
    const run = latest.get(directiveId);
    if (run && seq <= run.to + 1) run.to = Math.max(run.to, lastSeq);
    else {
      const next = { directiveId, from: seq, to: lastSeq };
      latest.set(directiveId, next);
      runs.push(next);
    }
  }
  return runs;
}

const nameOf = (directiveId: string, seq: number): string => `${directiveId} ${seq}`;

/** Reads the events that pointers point to, all in one round trip. */
export class EventBodies {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** undefined for an event that went with its directive. */
  async of(pointers: readonly EventPointer[]): Promise<(pointer: EventPointer) => DirectiveEvent | undefined> {
    const bodies = new Map<string, DirectiveEvent>();
    const runs = runsOf(pointers);
    const replies = await runPipeline(
      this.redis,
      runs.map(({ directiveId, from, to }) => ['xrange', this.keys.events(directiveId), `${from}-0`, `${to}-0`]),
    );
    for (const [at, [error, reply]] of replies.entries()) {
      if (error) throw error;
      const { directiveId } = runs[at]!;
      for (const [entryId, fields] of reply as [string, string[]][])
        for (const event of viewEvents(directiveId, entryId, fields)) bodies.set(nameOf(directiveId, event.seq), event);
    }
    return ({ directiveId, seq }) => bodies.get(nameOf(directiveId, seq));
  }
}
