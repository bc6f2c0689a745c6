import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { everyFault } from '../faults/every-fault.js';

export interface ChaosOptions {
  seed: number;
  kills: number | undefined;
  restarts: number;
  pauses: number;
  /** Promotions of a replica, on a Redis under Sentinels. */
  promotions: number;
  outages: boolean;
  long: boolean;
  tasks: number;
  /** Of the stages only the one of this name; of the crash points only those of which this is a part. */
  only: string | undefined;
  faults: string[] | undefined;
  lockMs: number;
  /** All waits between faults are multiplied by it. */
  pace: number;
  keep: boolean;
  /** Only crashes at named points: at each in two lives in a row, or with `once` in one. */
  crashPoints: boolean;
  once: boolean;
  /** Rigs side by side for the crash points. */
  lanes: number;
  /** A folder of a run: look at its evidence again, and run nothing. */
  check: string | undefined;
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0) return value;
  throw new TypeError(`--${name} wants a number, not "${text}"`);
}

function listFaults(text: string): string[] {
  if (text === 'all') return Object.keys(everyFault);
  const names = text.split(',');
  const unknown = names.find((name) => !(name in everyFault));
  if (unknown === undefined) return names;
  throw new TypeError(`there is no fault "${unknown}"; the faults are ${Object.keys(everyFault).join(', ')}`);
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const known = {
  seed: text,
  kills: text,
  tasks: text,
  restarts: text,
  pauses: text,
  promotions: text,
  faults: text,
  'lock-ms': text,
  pace: text,
  check: text,
  lanes: text,
  only: text,
  'crash-points': flag,
  once: flag,
  outages: flag,
  long: flag,
  keep: flag,
} as const;

/** Throws an error with one sentence for what cannot be. */
export function parseOptions(words: string[]): ChaosOptions {
  const { values } = parseArgs({ args: words, options: known });
  return {
    seed: values.seed === undefined ? randomInt(2 ** 30) : number('seed', values.seed),
    kills: values.kills === undefined ? undefined : number('kills', values.kills),
    restarts: number('restarts', values.restarts ?? '0'),
    pauses: number('pauses', values.pauses ?? '0'),
    promotions: number('promotions', values.promotions ?? '0'),
    outages: values.outages,
    long: values.long,
    tasks: number('tasks', values.tasks ?? (values.long ? '2000' : '500')),
    only: values.only,
    faults: values.faults === undefined ? undefined : listFaults(values.faults),
    lockMs: number('lock-ms', values['lock-ms'] ?? '9000'),
    pace: number('pace', values.pace ?? '1'),
    keep: values.keep,
    crashPoints: values['crash-points'],
    once: values.once,
    lanes: number('lanes', values.lanes ?? '4'),
    check: values.check,
  };
}
