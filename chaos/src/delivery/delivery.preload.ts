// `node --import` this: what the process reads by XREADGROUP comes twice, or later than what was written after it.
import { appendFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { chaosNumber, chaosVariable } from '../preload/variables.js';
import { SeededRandom } from '../run/seeded-random.js';
import { CarelessReader, type DeliveryCounts, type StreamReply } from './careless-reader.js';

type Read = (...words: unknown[]) => Promise<StreamReply>;

const share = chaosNumber('CHAOS_DELIVERY_SHARE', 0);
const random = new SeededRandom(chaosNumber('CHAOS_DELIVERY_SEED', 0));
const countsFile = chaosVariable('CHAOS_DELIVERY_COUNTS');
/** One for each connection: what it keeps belongs to that connection's group and consumer. */
const readers = new WeakMap<Redis, CarelessReader>();

function readerOf(redis: Redis): CarelessReader {
  const reader = readers.get(redis) ?? new CarelessReader(share, () => random.next());
  readers.set(redis, reader);
  return reader;
}

/** At once: the process may be killed at any time. */
function tell({ doubled, late }: DeliveryCounts, before: DeliveryCounts): void {
  if (countsFile === undefined || (doubled === before.doubled && late === before.late)) return;
  appendFileSync(countsFile, `${JSON.stringify({ doubled: doubled - before.doubled, late: late - before.late })}\n`);
}

// ioredis gets its commands by mixing: they are properties of the prototype that no type names as such.
const prototype = Redis.prototype as unknown as { xreadgroup: Read };
const read = prototype.xreadgroup;
prototype.xreadgroup = async function readCarelessly(this: Redis, ...words) {
  const reply = await read.apply(this, words);
  const reader = readerOf(this);
  const before = { ...reader.counts };
  const passed = reader.pass(reply);
  tell(reader.counts, before);
  return passed;
};
