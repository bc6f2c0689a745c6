import type { Json } from '#libs/contracts';
import type { Redis } from '#libs/redis';

export interface StoredEvent {
  type: string;
  task: string;
  data: Record<string, Json>;
}

export type StoryEntries = [entryId: string, fields: string[]][];

/** `at` and the time, then `<type> <task id>` and data of each event. */
export function eventsIn([at, , ...told]: readonly string[]): StoredEvent[] {
  if (at !== 'at') throw new Error(`no entry of a story: ${told.join(', ')}`);
  return told.flatMap((name, place) => {
    if (place % 2 === 1) return [];
    const [type, ...task] = name.split(' ');
    return [{ type: type!, task: task.join(' '), data: JSON.parse(told[place + 1]!) as Record<string, Json> }];
  });
}

/** The events of a directive's stream as they are stored; throws when an entry does not carry the number of its last event. */
export function parseStory(entries: StoryEntries): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (const [entryId, fields] of entries) {
    events.push(...eventsIn(fields));
    if (entryId !== `${events.length}-0`) throw new Error(`a gap: ${entryId} at ${events.length}`);
  }
  return events;
}

export async function readStory(redis: Redis, key: string): Promise<StoredEvent[]> {
  return parseStory(await redis.xrange(key, '-', '+'));
}
