import { readFile } from 'node:fs/promises';
import type { Redis } from 'ioredis';
import type { HistoryLine } from '../rig/history-line.js';
import type { QueueEntry } from '../rig/queue-entry.js';
import type { LedgerLine } from '../witness/ledger-line.js';
import type { Evidence, Glimpse, Leftover, SpentDay, StoredDirective, StoredEvent } from './evidence.js';

const directiveKey = /^\{[^}]+\}:d:([^:]+)$/;
/** What a tenant may spend in a day is counted at the tenant's home slot. */
const spentKey = /^\{[^}]+:t:([^}]+)\}:spent:day:(\d+)$/;
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

/** All of it in one moment. */
export async function readDirective(redis: Redis, key: string): Promise<StoredDirective> {
  const replies = await redis
    .multi()
    .hgetall(key)
    .hgetall(`${key}:tasks`)
    .hgetall(`${key}:plan`)
    .xrange(`${key}:events`, '-', '+')
    .exec();
  const [record, tasks, plan, entries] = replies!.map(([, reply]) => reply) as [
    Record<string, string>,
    Record<string, string>,
    Record<string, string>,
    [string, string[]][],
  ];
  return { id: directiveKey.exec(key)![1]!, record, tasks, plan, events: eventsOf(entries) };
}

async function spentOf(redis: Redis, key: string): Promise<SpentDay> {
  const [, tenant, day] = spentKey.exec(key) as unknown as [string, string, string];
  return { tenant, day, microUsd: Number(await redis.hget(key, 'total')) };
}

async function membersOf(redis: Redis, key: string): Promise<string[]> {
  // What Redis forgets by itself is no work: turns under a rate that were taken.
  if ((await redis.pttl(key)) >= 0) return [];
  const type = await redis.type(key);
  if (type === 'zset') return redis.zrange(key, '0', '20');
  return type === 'hash' ? redis.hkeys(key) : [type];
}

async function linesOf<Line>(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** Where the lines are that were written while the run went on. */
export interface EvidencePaths {
  history: string;
  ledger: string;
  queues: string;
  glimpses: string;
}

/** Reads what a run left: its files, and Redis' keys as they are, by nobody's code but this. */
export async function gatherEvidence(redis: Redis, paths: EvidencePaths): Promise<Evidence> {
  const keys = await keysOf(redis);
  const directives: StoredDirective[] = [];
  for (const key of keys.filter((each) => directiveKey.test(each))) directives.push(await readDirective(redis, key));
  const leftovers: Leftover[] = [];
  for (const key of keys.filter((each) => worklist.test(each))) {
    const members = await membersOf(redis, key);
    if (members.length > 0) leftovers.push({ key, members });
  }
  const spent = await Promise.all(keys.filter((each) => spentKey.test(each)).map(async (key) => spentOf(redis, key)));
  return {
    directives,
    leftovers,
    spent,
    history: await linesOf<HistoryLine>(paths.history),
    ledger: await linesOf<LedgerLine>(paths.ledger),
    queueEntries: await linesOf<QueueEntry>(paths.queues),
    glimpses: await linesOf<Glimpse>(paths.glimpses),
  };
}
