import type { Fault } from './fault.js';
import { KillProcesses } from './kill-processes.fault.js';

/** The faults by the name that `--faults` takes. A new one is a line here and a file. */
export const everyFault: Readonly<Record<string, () => Fault>> = {
  kill: () => new KillProcesses([1_000, 3_000]),
};
