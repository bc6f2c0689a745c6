import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { formatTaskIndex, limits } from '#libs/contracts';
import { TaskOutputs, type PayloadStore } from '#libs/state';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

const id = 'd0_01J00000000000000000000000';
const mega = limits.maxOutputBytes;
const maxBytes = limits.maxClaimedInputBytes;
let bed: ScriptBed;
let stage: Stage;
let outputs: TaskOutputs;
let loaded: number;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  loaded = 0;
  const payloads = {
    valueOf: async (_: string, text: string) => {
      loaded += 1;
      return text.length;
    },
  };
  outputs = new TaskOutputs(bed.redis, stage.keys, payloads as unknown as PayloadStore);
});
afterAll(async () => bed.close());

/** A fan-out at 0 with so many children, each with that text for an output. */
async function fanOut(count: number, text: string): Promise<void> {
  const state = JSON.stringify({ state: 'succeeded', first: 1, count });
  await bed.redis.hset(stage.keys.tasks(id), '0', state);
  for (let at = 1; at <= count; at += 1)
    await bed.redis.hset(stage.keys.tasks(id), `${formatTaskIndex(at)}:output`, text);
}

describe('outputs to join', () => {
  it.each([
    ['claims', `claim:${'a'.repeat(64)}:${mega}`],
    ['values', 'x'.repeat(mega)],
  ])('that are %s are loaded up to the limit, and none of them beyond it', async (_, text) => {
    await fanOut(8, text);
    expect(await outputs.get(id, [0], maxBytes)).toEqual(new Map([[0, Array(8).fill(text.length)]]));
    await fanOut(9, text);
    loaded = 0;
    await expect(outputs.get(id, [0], maxBytes)).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
      detail: expect.stringContaining(`${9 * mega} bytes; the limit is ${maxBytes}`),
    });
    const own = Array.from({ length: 9 }, (__, at) => at + 1);
    await expect(outputs.get(id, own, maxBytes)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(loaded).toBe(0);
  });
});
