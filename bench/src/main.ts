import { measureDag, measureMemory, measureNoisyTenant, measureRatios, measureScripts } from './figures.js';
import { measureIngress } from './ingress/measure-ingress.js';
import { startRig, type Rig, type RigOptions } from './rig.js';
import { SlowScripts } from './slow-scripts.js';

/** `npm run bench [-- --rounds N] [--profile DIR] [--only ratios|dag|memory|tenants|ingress]` */
const words = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = words.indexOf(`--${name}`);
  return at < 0 ? undefined : words[at + 1];
};
const only = option('only');
const profile = option('profile');
const rounds = Number(option('rounds') ?? 5);
const slow = new SlowScripts();
const wanted = (name: string): boolean => only === undefined || only === name;

/** A Redis and processes of its own for each part: none meets what another left. */
async function onRig(options: RigOptions, measure: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await startRig({ profile, ...options });
  try {
    await measure(rig);
    await slow.collect(rig.redis);
  } finally {
    await rig.stop();
  }
}

if (wanted('ratios')) await onRig({}, async (rig) => measureRatios(rig, rounds));
if (wanted('memory')) await onRig({ jobKeepMs: 1_000 }, measureMemory);
if (wanted('tenants')) await onRig({ work: { concurrency: 20, workMs: 50 } }, measureNoisyTenant);
if (wanted('dag')) await onRig({}, measureDag);
if (only !== 'ingress') measureScripts(slow);
if (wanted('ingress')) await measureIngress(rounds, profile);
