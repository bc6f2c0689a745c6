import { createHash, hash } from 'node:crypto';
import type { PlannedTask } from '#libs/contracts';

type Node = Readonly<Record<string, unknown>>;

/** JSON text with sorted keys, so that equal values have equal text whatever order their keys were written in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(isInOrder(value) ? value : inOrder(value));
}

/** So many that their text is made at once: a Hash object costs as much as hashing 3 KB. */
const fewTasks = 20;

/** SHA-256 in hex of the canonical tasks: what pins a plan. */
export function hashOfTasks(tasks: readonly PlannedTask[]): string {
  if (tasks.length <= fewTasks) return hash('sha256', tasks.map(canonicalJson).join(''), 'hex');
  const sum = createHash('sha256');
  for (const task of tasks) sum.update(canonicalJson(task));
  return sum.digest('hex');
}

/** Most values are, and looking is four times as fast as copying. */
function isInOrder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isInOrder);
  let last = '';
  for (const key of Object.keys(value)) {
    if (key < last || !isInOrder((value as Node)[key])) return false;
    last = key;
  }
  return true;
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const keys = Object.keys(value).toSorted();
  return Object.fromEntries(keys.map((key) => [key, inOrder((value as Node)[key])]));
}
