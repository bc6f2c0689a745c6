import { readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import type { HistoryLine } from '../rig/history-line.js';
import type { QueueEntry } from '../rig/queue-entry.js';
import type { LedgerLine } from '../witness/ledger-line.js';
import type { Evidence, Leftover, StoredDirective, StoredEvent } from './evidence.js';

const directiveKey = /^\{[^}]+\}:d:([^:]+)$/;
/** Worklists of a shard, what is at work, and who has a place: nobody, at rest. */
const worklist =
  /^\{[^}]+\}:(outbox|cascade|expand|closing|discard|permits|timers|aside|(?:inflight|ready|holders|line):.+)$/;

async function keysOf(redis: Redis): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of redis.scanStream({ count: 1_000 })) for (const key of page as string[]) keys.add(key);
  return [...keys].toSorted();
}

function pairsOf(fields: readonly string[]): [string, string][] {
  return Array.from({ length: fields.length / 2 }, (_, at) => [fields[2 * at]!, fields[2 * at + 1]!]);
}

/** An entry is all that one call wrote: its id is the number of its last event. */
function eventsOf(entries: readonly [string, string[]][]): StoredEvent[] {
  return entries.flatMap(([id, fields], call) => {
    const [[, at], ...events] = pairsOf(fields) as [[string, string], ...[string, string][]];
    const first = Number(id.split('-')[0]) - events.length + 1;
    return events.map(([name, data], place) => {
      const [type, task] = name.split(' ') as [string, string | undefined];
      const parsed = JSON.parse(data) as Record<string, unknown>;
      return { seq: first + place, atMs: Number(at), call, type, task: task ?? null, data: parsed };
    });
  });
}

async function directiveOf(redis: Redis, key: string): Promise<StoredDirective> {
  const [record, tasks, plan, entries] = await Promise.all([
    redis.hgetall(key),
    redis.hgetall(`${key}:tasks`),
    redis.hgetall(`${key}:plan`),
    redis.xrange(`${key}:events`, '-', '+'),
  ]);
  return { id: directiveKey.exec(key)![1]!, record, tasks, plan, events: eventsOf(entries) };
}

/** A job that is to be removed and is not there stays listed for a while, in case that its sender is late: only the others count. */
async function presentDiscards(redis: Redis, key: string, members: readonly string[]): Promise<string[]> {
  const root = key.slice(0, key.indexOf('}') + 1);
  const present = await Promise.all(members.map(async (member) => redis.exists(`${root}:${member.replace('|', ':')}`)));
  return members.filter((_, at) => present[at] === 1);
}

async function membersOf(redis: Redis, key: string): Promise<string[]> {
  // What Redis forgets by itself is no work: turns under a rate that were taken.
  if ((await redis.pttl(key)) >= 0) return [];
  const type = await redis.type(key);
  const members =
    type === 'zset' ? await redis.zrange(key, '0', '20') : type === 'hash' ? await redis.hkeys(key) : [type];
  return key.endsWith(':discard') ? presentDiscards(redis, key, members) : members;
}

async function linesOf<Line>(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** Where a run keeps what the harness wrote down. */
export interface Notes {
  history: string;
  ledger: string;
  queues: string;
}

/** Reads what a run left: its files, and Redis' keys as they are, by nobody's code but this. */
export async function gatherEvidence(redis: Redis, notes: Notes): Promise<Evidence> {
  const keys = await keysOf(redis);
  const directives: StoredDirective[] = [];
  for (const key of keys.filter((each) => directiveKey.test(each))) directives.push(await directiveOf(redis, key));
  const leftovers: Leftover[] = [];
  for (const key of keys.filter((each) => worklist.test(each))) {
    const members = await membersOf(redis, key);
    if (members.length > 0) leftovers.push({ key, members });
  }
  return {
    directives,
    leftovers,
    history: await linesOf<HistoryLine>(notes.history),
    ledger: await linesOf<LedgerLine>(notes.ledger),
    queueEntries: await linesOf<QueueEntry>(notes.queues),
  };
}
