import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openRedis, type Redis } from '#libs/redis';
import { aDraft, echo, planOf } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
let admin: Redis;

beforeEach(async () => {
  bed = await ScriptBed.open();
  stage = bed.stage();
  admin = openRedis({ url: bed.url });
  // The library is there, so that what is refused is the transition.
  await stage.accept([echo('before')]);
});

afterEach(async () => {
  admin.disconnect();
  await bed.close();
});

/** How often Redis answered with this word. */
async function refusals(word: string): Promise<number> {
  const stats = await admin.info('errorstats');
  return Number(new RegExp(`errorstat_${word}:count=(\\d+)`).exec(stats)?.[1] ?? 0);
}

async function untilRefused(word: string, times: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  while ((await refusals(word)) < times) {
    if (performance.now() > deadline) throw new Error(`Redis never said ${word} ${times} times`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A submit that Redis refuses for now; it is lifted when it was refused twice. Answers the story of the directive. */
async function submitThrough(word: string, lift: () => Promise<unknown>): Promise<string[]> {
  const draft = aDraft();
  const accepted = stage.store.accept(draft, planOf([echo('a')]));
  await untilRefused(word, 2);
  await lift();
  expect(await accepted).toMatch(/^(created|exists)$/);
  return stage.story(draft.id);
}

const once = ['directive.accepted', 'directive.planned'];

describe('a transition that Redis refuses for now is done once it takes it:', () => {
  it('READONLY, a master that became a replica', async () => {
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    expect(await submitThrough('READONLY', async () => admin.call('REPLICAOF', 'NO', 'ONE'))).toEqual(once);
  });

  it('NOREPLICAS, too few replicas', async () => {
    await admin.config('SET', 'min-replicas-to-write', '1');
    expect(await submitThrough('NOREPLICAS', async () => admin.config('SET', 'min-replicas-to-write', '0'))).toEqual(
      once,
    );
  });

  it("BUSY, somebody else's script that does not end", async () => {
    await admin.config('SET', 'busy-reply-threshold', '20');
    const other = openRedis({ url: bed.url });
    const endless = other.eval('while true do end', 0).catch((error: Error) => error.message);
    const draft = aDraft();
    const accepted = stage.store.accept(draft, planOf([echo('a')]));
    // Redis answers nothing else meanwhile, so the script is killed when it says so.
    await untilBusy();
    await admin.call('SCRIPT', 'KILL');
    expect(await endless).toContain('killed');
    expect(await accepted).toMatch(/^(created|exists)$/);
    expect(await stage.story(draft.id)).toEqual(once);
    other.disconnect();
  });

  it('no answer, a connection that broke', async () => {
    const draft = aDraft();
    await admin.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    const id = await bed.redis.client('ID');
    const accepted = stage.store.accept(draft, planOf([echo('a')]));
    await admin.call('CLIENT', 'KILL', 'ID', String(id));
    await admin.call('CLIENT', 'UNPAUSE');
    expect(await accepted).toMatch(/^(created|exists)$/);
    expect(await stage.story(draft.id)).toEqual(once);
  });
});

async function untilBusy(): Promise<void> {
  for (;;) {
    const answer = await admin.time().then(
      () => '',
      (error: Error) => error.message,
    );
    if (answer.startsWith('BUSY')) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a transition that Redis will not take is not repeated:', () => {
  it('NOPERM, a user without the right', async () => {
    await admin.call('ACL', 'SETUSER', 'default', '-fcall');
    const before = await refusals('NOPERM');
    await expect(stage.store.accept(aDraft(), planOf([echo('a')]))).rejects.toThrow('NOPERM');
    expect((await refusals('NOPERM')) - before).toBe(1);
  });
});
