import { CocError, formatTaskIndex, limits, type Json } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { decodeClaim } from '../payloads/claim-text.js';
import type { PayloadStore } from '../payloads/payload-store.js';

interface StoredTask {
  state: string;
  first?: number;
  count?: number;
}

/** Outputs of succeeded tasks. A fan-out's output is the list of its children's, in order; a child without one gives null. */
export class TaskOutputs {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly payloads: PayloadStore,
  ) {}

  /**
   * By index; a task that did not succeed is left out. Two round trips, a third when there are fan-outs, one more for each when there are
   * many outputs. Throws BODY_TOO_LARGE before it loads more than `maxBytes`, of Redis or of the artifact store.
   */
  async get(directiveId: string, indexes: readonly number[], maxBytes: number): Promise<Map<number, Json>> {
    if (indexes.length === 0) return new Map();
    const fields = indexes.map(formatTaskIndex);
    const loader = new Loader(this.redis, this.keys.tasks(directiveId), directiveId, this.payloads, maxBytes);
    const [texts, states] = await Promise.all([
      loader.textsOf(fields),
      this.redis.hmget(this.keys.tasks(directiveId), ...fields),
    ]);
    const joined = states.map((state, at) => (state && texts[at] === null ? childFields(state) : undefined));
    const children: ((string | null)[] | undefined)[] = [];
    for (const indexesOf of joined) children.push(indexesOf && (await loader.textsOf(indexesOf)));
    const found = new Map<number, Json>();
    for (const [at, index] of indexes.entries()) {
      const text = texts[at];
      if (typeof text === 'string') found.set(index, await this.payloads.valueOf(directiveId, text));
      else if (children[at]) found.set(index, await loader.valuesOf(children[at]));
    }
    return found;
  }

  /** `[task id, output]` of every planned task that succeeded; children answer through their fan-out. Throws as `get` does. */
  async byTaskId(directiveId: string, total: number, maxBytes: number): Promise<[string, Json][]> {
    const indexes = Array.from({ length: total }, (_, index) => index);
    const controls = await this.redis.hmget(this.keys.plan(directiveId), ...indexes.map(formatTaskIndex));
    const planned = controls.flatMap((text, index) => {
      const control = text ? (JSON.parse(text) as { id: string; parent?: string }) : undefined;
      return control && control.parent === undefined ? [{ id: control.id, index }] : [];
    });
    const outputs = await this.get(
      directiveId,
      planned.map(({ index }) => index),
      maxBytes,
    );
    return planned.flatMap(({ id, index }) => (outputs.has(index) ? [[id, outputs.get(index)!]] : []));
  }
}

/** 5,000 files at once would be as many open handles or connections. */
const loadAtOnce = 20;

/** Reads outputs of one directive as long as they are not too much to hold: their sizes are known before they are. */
class Loader {
  private bytes = 0;

  constructor(
    private readonly redis: Redis,
    private readonly key: string,
    private readonly directiveId: string,
    private readonly payloads: PayloadStore,
    private readonly maxBytes: number,
  ) {}

  /** The stored texts of the outputs. Few are not asked for their sizes first: together they are within the limit. */
  async textsOf(indexes: readonly string[]): Promise<(string | null)[]> {
    if (indexes.length === 0) return [];
    const fields = indexes.map((index) => `${index}:output`);
    if (fields.length * limits.maxOutputBytes > this.maxBytes) {
      const sizes = await Promise.all(fields.map(async (field) => this.redis.hstrlen(this.key, field)));
      this.require(sizes.reduce((sum, bytes) => sum + bytes, this.bytes));
    }
    const texts = await this.redis.hmget(this.key, ...fields);
    for (const text of texts) if (text !== null) this.bytes += decodeClaim(text)?.bytes ?? Buffer.byteLength(text);
    this.require(this.bytes);
    return texts;
  }

  /** null for what is not there. */
  async valuesOf(texts: readonly (string | null)[]): Promise<Json[]> {
    const values: Json[] = [];
    for (let from = 0; from < texts.length; from += loadAtOnce) {
      const some = texts.slice(from, from + loadAtOnce);
      values.push(...(await Promise.all(some.map(async (text) => this.valueOf(text)))));
    }
    return values;
  }

  private async valueOf(text: string | null): Promise<Json> {
    return text === null ? null : this.payloads.valueOf(this.directiveId, text);
  }

  private require(bytes: number): void {
    if (bytes <= this.maxBytes) return;
    const limit = `at least ${bytes} bytes; the limit is ${this.maxBytes}`;
    throw new CocError('BODY_TOO_LARGE', `the outputs to join have ${limit}; let tasks hand on artifacts instead`);
  }
}

/** Indexes of a fan-out's children, once it succeeded. */
function childFields(stateText: string): string[] | undefined {
  const { state, first, count } = JSON.parse(stateText) as StoredTask;
  if (state !== 'succeeded' || first === undefined || count === undefined) return undefined;
  return Array.from({ length: count }, (_, at) => formatTaskIndex(first + at));
}
