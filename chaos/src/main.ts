import { randomInt } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { everyFault } from './faults/every-fault.js';
import { SeededRandom } from './run/seeded-random.js';
import { removeRun, runStage } from './run/stage.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '40' },
    tasks: { type: 'string', default: '500' },
    'lock-ms': { type: 'string', default: '9000' },
    keep: { type: 'boolean', default: false },
  },
});
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seed = Number(values.seed ?? randomInt(2 ** 30));
say(`seed ${seed}`);
const folder = await mkdtemp(join(tmpdir(), 'coc-chaos-'));
const settings = {
  folder,
  shards: 2,
  crew: { orchestrator: 2, executor: 2, worker: 2, 'foreign-worker': 1, recorder: 1 },
  lockMs: Number(values['lock-ms']),
};
const kills = Number(values.kills);
const stage = {
  name: 'mix',
  tasks: Number(values.tasks),
  planned: [{ fault: everyFault['kill']!(), times: kills }],
  loadMs: kills * 2_000,
  drainMs: 60_000,
};
const result = await runStage(stage, settings, new SeededRandom(seed), say);
for (const violation of result.violations) say(JSON.stringify(violation));
process.stdout.write(`${JSON.stringify({ seed, ...result })}\n`);
if (values.keep) say(`kept: ${folder}`);
else await removeRun(folder);
process.exitCode = result.violations.length === 0 ? 0 : 1;
