import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { everyFault, faultNames } from '../faults/every-fault.js';
import { shapeNames } from '../load/generate-load.js';
import { roles, type Role } from '../rig/kept-process.js';

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
  /** By name; a number of injections where one was said. */
  faults: ReadonlyMap<string, number | undefined> | undefined;
  shapes: string[] | undefined;
  /** How many processes of a role, where it is not the usual number. */
  crew: Partial<Record<Role, number>>;
  jobKeepMs: number | undefined;
  /** Jobs that a worker host does at once; undefined for what is usual. */
  concurrency: number | undefined;
  /** How long after the last fault all must have ended; undefined for what is usual. */
  drainMs: number | undefined;
  lockMs: number;
  /** All waits between faults are multiplied by it. */
  pace: number;
  keep: boolean;
  /** Names of planted bugs; empty for all of them, undefined when this is no such run. */
  planted: string[] | undefined;
  /** The planted bugs' runs on the tree as it is. */
  control: boolean;
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

function listNames(what: string, text: string, known: readonly string[]): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new TypeError(`there is no ${what} "${unknown}"; they are ${known.join(', ')}`);
}

/** `kill,queues:20`: names, and how often where it is said; or `all`, or `none`. */
function listFaults(text: string): Map<string, number | undefined> {
  if (text === 'none') return new Map();
  if (text === 'all') return new Map(Object.keys(everyFault).map((name) => [name, undefined]));
  const words = text.split(',').map((word) => word.split(':') as [string, string?]);
  const names = listNames('fault', words.map(([name]) => name).join(','), faultNames);
  return new Map(
    names.map((name, at) => [name, words[at]?.[1] === undefined ? undefined : number('faults', words[at][1])]),
  );
}

/** `executor=1,recorder=0` */
function listCrew(text: string): Partial<Record<Role, number>> {
  const words = text.split(',').map((word) => word.split('=') as [string, string?]);
  listNames('role', words.map(([role]) => role).join(','), roles);
  return Object.fromEntries(words.map(([role, count]) => [role, number('crew', count ?? '')]));
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
  shapes: text,
  crew: text,
  'job-keep-ms': text,
  concurrency: text,
  'drain-ms': text,
  planted: flag,
  control: flag,
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
  const { values, positionals } = parseArgs({ args: words, options: known, allowPositionals: true });
  if (positionals.length > 0 && !values.planted && !values.control) throw new TypeError(`what is "${positionals[0]}"?`);
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
    shapes: values.shapes === undefined ? undefined : listNames('shape', values.shapes, shapeNames),
    crew: values.crew === undefined ? {} : listCrew(values.crew),
    jobKeepMs: values['job-keep-ms'] === undefined ? undefined : number('job-keep-ms', values['job-keep-ms']),
    concurrency: values.concurrency === undefined ? undefined : number('concurrency', values.concurrency),
    drainMs: values['drain-ms'] === undefined ? undefined : number('drain-ms', values['drain-ms']),
    planted: values.planted || values.control ? positionals : undefined,
    control: values.control,
    crashPoints: values['crash-points'],
    once: values.once,
    lanes: number('lanes', values.lanes ?? '4'),
    check: values.check,
  };
}
