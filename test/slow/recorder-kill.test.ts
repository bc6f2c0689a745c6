import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DirectiveEvent } from '#libs/contracts';
import { Services } from '../e2e/services.js';

const kills = 20;
let services: Services;

beforeAll(async () => {
  // Files of 20 KB: the kills hit rotations too.
  services = await Services.open({ COC_SHARDS: '2', COC_TRACE_MAX_BYTES: '20000', COC_TRACE_KEEP: '1000' });
  await services.startAll();
});
afterAll(async () => services.close());

interface Line {
  type: string;
  directive: string;
  seq: number;
}

async function readTrace(): Promise<Line[]> {
  const dir = join(services.dataDir, 'traces');
  const names = (await readdir(dir)).filter((name) => /^events-\d+\.jsonl$/.test(name)).toSorted();
  const texts = await Promise.all([...names, 'events.jsonl'].map(async (name) => readFile(join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line])));
}

async function eventsOf(id: string): Promise<DirectiveEvent[]> {
  return ((await services.send('GET', `/directives/${id}/events?limit=1000`)).body as { items: DirectiveEvent[] })
    .items;
}

function task(
  id: string,
  before: string[],
): { id: string; action: string; input: { folder: string }; dependsOn: string[] } {
  return {
    id,
    action: 'docs.collect',
    input: { folder: join(import.meta.dirname, '../../docs/adr') },
    dependsOn: before,
  };
}

const plan = Array.from({ length: 8 }, (_, at) => task(`task-${at}`, at === 0 ? [] : [`task-${at - 1}`]));

/** Submits without a pause until it is told to stop. */
async function submitAlways(ids: string[], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const id = await services.submit({ tasks: plan });
    ids.push(id);
    await services.finished(id);
  }
}

it('a recorder that is killed twenty times while directives run writes every event exactly once', async () => {
  const ids: string[] = [];
  let isOver = false;
  const load = [1, 2, 3].map(async () => submitAlways(ids, () => isOver));
  for (let kill = 0; kill < kills; kill += 1) {
    const recorder = await services.start('recorder');
    await recorder.line(/"recording"/);
    // Somewhere in the next quarter second: in a read, a write, a sync, a rotation or a pause.
    await new Promise((resolve) => setTimeout(resolve, (kill * 37) % 250));
    await recorder.kill();
  }
  isOver = true;
  await Promise.all(load);
  const last = await services.start('recorder');
  await last.line(/"recording"/);
  last.signal('SIGTERM');
  expect(await last.ended()).toBe(0);
  const lines = await readTrace();
  expect(lines.filter(({ type }) => type === 'recorder.gap' || type === 'recorder.rewound')).toEqual([]);
  const byDirective = Map.groupBy(
    lines.filter(({ seq }) => seq !== undefined),
    ({ directive }) => directive,
  );
  expect([...byDirective.keys()].toSorted()).toEqual(ids.toSorted());
  for (const id of ids) {
    const told = (byDirective.get(id) ?? []).map(({ seq, type }) => `${seq} ${type}`);
    expect({ id, told }).toEqual({ id, told: (await eventsOf(id)).map(({ seq, type }) => `${seq} ${type}`) });
  }
  expect(lines.length).toBeGreaterThan(500);
}, 180_000);
