import { measureDag, measureMemory, measureRatios, measureScripts } from './figures.js';
import { startRig } from './rig.js';

/** `npm run bench [-- --rounds N] [--profile DIR] [--only ratios|dag|memory]` */
const words = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = words.indexOf(`--${name}`);
  return at < 0 ? undefined : words[at + 1];
};
const only = option('only');
const wanted = (name: string): boolean => only === undefined || only === name;

const rig = await startRig(option('profile'));
try {
  if (wanted('memory')) await measureMemory(rig);
  if (wanted('ratios')) await measureRatios(rig, Number(option('rounds') ?? 5));
  if (wanted('dag')) await measureDag(rig);
  await measureScripts(rig);
} finally {
  await rig.stop();
}
