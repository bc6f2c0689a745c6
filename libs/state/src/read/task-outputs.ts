import { CocError, formatTaskIndex, type Json } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { decodeClaim } from '../payloads/claim-text.js';
import type { PayloadStore } from '../payloads/payload-store.js';

interface StoredTask {
  state: string;
  first?: number;
  count?: number;
}

function outputField(index: string): string {
  return `${index}:output`;
}

/** Outputs of succeeded tasks. A fan-out's output is the list of its children's, in order; a child without one gives null. */
export class TaskOutputs {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly payloads: PayloadStore,
  ) {}

  /**
   * By index; a task that did not succeed is left out. Two round trips, a third when there are fan-outs. Throws BODY_TOO_LARGE when
   * what lies in the artifact store is more than `maxBytes`.
   */
  async get(
    directiveId: string,
    indexes: readonly number[],
    maxBytes: number = Number.POSITIVE_INFINITY,
  ): Promise<Map<number, Json>> {
    if (indexes.length === 0) return new Map();
    const fields = indexes.map(formatTaskIndex);
    const [texts, states] = await Promise.all([
      this.redis.hmget(this.keys.tasks(directiveId), ...fields.map(outputField)),
      this.redis.hmget(this.keys.tasks(directiveId), ...fields),
    ]);
    const loader = new Loader(directiveId, this.payloads, maxBytes);
    const found = new Map<number, Json>();
    for (const [at, index] of indexes.entries()) {
      const text = texts[at];
      const state = states[at];
      if (typeof text === 'string') found.set(index, await loader.valueOf(text));
      else if (state) await this.addJoined(found, loader, index, JSON.parse(state) as StoredTask);
    }
    return found;
  }

  /** What `get` would load from Redis, in bytes of JSON. */
  async bytesOf(directiveId: string, indexes: readonly number[]): Promise<number> {
    if (indexes.length === 0) return 0;
    const fields = indexes.map(formatTaskIndex);
    const states = await this.redis.hmget(this.keys.tasks(directiveId), ...fields);
    const children = states.flatMap((state) => (state ? childFields(JSON.parse(state) as StoredTask) : []));
    const sizes = await Promise.all(
      [...fields, ...children].map(async (field) =>
        this.redis.hstrlen(this.keys.tasks(directiveId), outputField(field)),
      ),
    );
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** `[task id, output]` of every planned task that succeeded; children answer through their fan-out. */
  async byTaskId(directiveId: string, total: number): Promise<[string, Json][]> {
    const indexes = Array.from({ length: total }, (_, index) => index);
    const controls = await this.redis.hmget(this.keys.plan(directiveId), ...indexes.map(formatTaskIndex));
    const planned = controls.flatMap((text, index) => {
      const control = text ? (JSON.parse(text) as { id: string; parent?: string }) : undefined;
      return control && control.parent === undefined ? [{ id: control.id, index }] : [];
    });
    const outputs = await this.get(
      directiveId,
      planned.map(({ index }) => index),
    );
    return planned.flatMap(({ id, index }) => (outputs.has(index) ? [[id, outputs.get(index)!]] : []));
  }

  private async addJoined(found: Map<number, Json>, loader: Loader, index: number, task: StoredTask): Promise<void> {
    if (task.state !== 'succeeded' || task.first === undefined || task.count === undefined) return;
    const fields = childFields(task);
    const texts =
      fields.length === 0
        ? []
        : await this.redis.hmget(this.keys.tasks(loader.directiveId), ...fields.map(outputField));
    found.set(index, await loader.valuesOf(texts));
  }
}

/** 5,000 files at once would be as many open handles or connections. */
const loadAtOnce = 20;

/** Values of stored texts, as long as those from the artifact store are not too much to hold. */
class Loader {
  private bytes = 0;

  constructor(
    readonly directiveId: string,
    private readonly payloads: PayloadStore,
    private readonly maxBytes: number,
  ) {}

  /** null for what is not there. */
  async valuesOf(texts: readonly (string | null)[]): Promise<Json[]> {
    const values: Json[] = [];
    for (let from = 0; from < texts.length; from += loadAtOnce) {
      const some = texts.slice(from, from + loadAtOnce);
      values.push(...(await Promise.all(some.map(async (text) => (text === null ? null : this.valueOf(text))))));
    }
    return values;
  }

  async valueOf(text: string): Promise<Json> {
    this.bytes += decodeClaim(text)?.bytes ?? 0;
    if (this.bytes > this.maxBytes) throw outputsTooLarge(this.bytes, this.maxBytes);
    return this.payloads.valueOf(this.directiveId, text);
  }
}

export function outputsTooLarge(bytes: number, maxBytes: number): CocError {
  const limit = `at least ${bytes} bytes; the limit is ${maxBytes}`;
  return new CocError('BODY_TOO_LARGE', `the outputs to join have ${limit}; let tasks hand on artifacts instead`);
}

function childFields({ first = 0, count = 0 }: StoredTask): string[] {
  return Array.from({ length: count }, (_, at) => formatTaskIndex(first + at));
}
