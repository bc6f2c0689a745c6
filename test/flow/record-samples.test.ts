import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ActionRecord } from '#libs/contracts';
import { formatSample, readSample, restoreSample, takeSample, type RedisSample } from '../setup/redis-sample.js';
import { eventually } from './http-front-bed.js';
import { RoomsBed, type Behaviour } from './rooms-bed.js';

const root = join(import.meta.dirname, '../..');
const samples = join(root, 'test/samples');
/** A sample is restored years after it was taken. */
const longMs = 100 * 365 * 24 * 3_600_000;

let bed: RoomsBed;

beforeEach(async () => {
  bed = await RoomsBed.open();
});

afterEach(async () => bed.close());

const echo: Behaviour = async ({ input }) => input;
const names = ['test.pure', 'test.once', 'test.list'] as const;
const list: Behaviour = async () => [1, 2, 3];

async function serve(behaviours: Partial<Record<(typeof names)[number], Behaviour>>): Promise<void> {
  for (const name of names) {
    const effect = name === 'test.once' ? 'once' : 'pure';
    const behaviour = behaviours[name];
    if (behaviour) await bed.serve({ name, effect }, behaviour);
    else await bed.catalog.publish(ActionRecord.parse({ name, effect }));
  }
}

/** Every way in which a directive may stand in Redis while it is at work. */
async function standInEveryWay(): Promise<string[]> {
  const gate = Promise.withResolvers<never>();
  gate.promise.catch(() => undefined);
  await serve({
    'test.list': list,
    'test.pure': async (message) => (message.taskId === 'stays' ? gate.promise : message.input),
  });
  const executor = await bed.startExecutor();
  const chain = await bed.submit(
    [
      { id: 'first', action: 'test.pure', input: { n: 1 } },
      { id: 'waits', action: 'test.once', input: { $task: 'first', path: '/n' }, dependsOn: ['first'] },
      { id: 'after', action: 'test.pure', dependsOn: ['waits'], when: 'tasks.first.n > 0' },
    ],
    { ttlMs: longMs },
  );
  const fan = await bed.submit(
    [
      { id: 'list', action: 'test.list' },
      {
        id: 'each',
        action: 'test.once',
        forEach: { items: { $task: 'list' }, maxItems: 10 },
        input: { $item: '' },
        dependsOn: ['list'],
      },
      { id: 'join', action: 'test.pure', dependsOn: ['each'] },
    ],
    { ttlMs: longMs },
  );
  const running = await bed.submit([{ id: 'stays', action: 'test.pure' }], { ttlMs: longMs });
  const paused = await bed.submit(
    [
      { id: 'one', action: 'test.once' },
      { id: 'two', action: 'test.pure', dependsOn: ['one'] },
    ],
    { ttlMs: longMs },
  );
  await bed.until(paused, ({ type }) => type === 'task.queued');
  await bed.store.pause(paused, 'tester');
  await bed.until(chain, ({ type, task }) => type === 'task.queued' && task === 'waits');
  await bed.until(fan, ({ type, task }) => type === 'task.queued' && task === 'each[2]');
  await bed.until(running, ({ type }) => type === 'task.started');
  const accepted = await bed.accept([{ id: 'untold', action: 'test.pure' }], { ttlMs: longMs });
  await bed.stopExecutor(executor);
  return [chain, fan, running, paused, accepted];
}

/** Restores, and starts everything of today. */
async function goOn(sample: RedisSample): Promise<string[]> {
  await Promise.all(bed.workers.splice(0).map(async (worker) => worker.close(true)));
  await bed.redis.flushall();
  await restoreSample(bed.redis, sample);
  await serve({ 'test.pure': echo, 'test.once': echo, 'test.list': list });
  await bed.startExecutor();
  const ids = await bed.redis.zrange(bed.keys.index(0, 'local'), '0', '-1');
  for (const id of ids) if ((await bed.field(id, 'state')) === 'PAUSED') await bed.resume(id);
  return ids;
}

async function finishAll(sample: RedisSample): Promise<string[]> {
  const ids = await goOn(sample);
  return Promise.all(ids.map(async (id) => bed.finished(id, 40_000)));
}

const withoutQueues = (sample: RedisSample): RedisSample =>
  sample.filter(([, key]) => !/:(test|orchestrator)\.[\w-]+\.0:/.test(key!));

it('what stands in Redis today goes on after it was stored and restored', async () => {
  const ids = await standInEveryWay();
  const sample = await takeSample(bed.redis);
  await mkdir(join(root, 'out/samples'), { recursive: true });
  await writeFile(join(root, 'out/samples/record.jsonl'), formatSample(sample));
  expect(await finishAll(sample)).toEqual(ids.map(() => 'COMPLETED'));
});

describe.each(await readdir(samples))('what a release of layout %s left', (version) => {
  const read = async (): Promise<RedisSample> => readSample(join(samples, version, 'record.jsonl'));

  it('runs to its end', async () => {
    expect(await finishAll(await read())).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED', 'COMPLETED']);
  });

  it('runs to its end although every queue is lost', async () => {
    const ids = await goOn(withoutQueues(await read()));
    // Of a `once` task whose queue is gone nobody can tell whether it had started: a human is asked.
    const restsOrAsks = async (id: string): Promise<boolean> => {
      const story = await bed.story(id);
      return story.some((line) => /^(directive\.completed|task\.held)/.test(line));
    };
    await eventually(
      async () => Promise.all(ids.map(restsOrAsks)),
      (all) => !all.includes(false),
      40_000,
    );
    const states = await Promise.all(ids.map(async (id) => bed.field(id, 'state')));
    expect(states.filter((state) => state === 'COMPLETED')).toHaveLength(2);
  });
});
