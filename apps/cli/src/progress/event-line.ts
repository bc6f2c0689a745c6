import type { DirectiveEvent, Json } from '#libs/contracts';
import { printable } from '../output/printable.js';

const longestValue = 200;

/** One transition on one line: `07:00:01.250 task.failed  embed[3]  attempt=1 code=TIMEOUT`. Times are UTC. */
export function formatEvent(event: DirectiveEvent): string {
  const time = event.timestamp.slice(11, 23);
  const facts = Object.entries(event.data).flatMap(([name, value]) => factsOf(name, value));
  return printable(
    [`${time} ${event.type}`, event.task ?? '', facts.join(' ')].filter((part) => part !== '').join('  '),
  );
}

/** Lists and deep values stay in the event itself: `-o json` and the API have them. */
function factsOf(name: string, value: Json, depth = 0): string[] {
  if (value === null || Array.isArray(value)) return [];
  if (typeof value !== 'object') return [`${name}=${shortText(String(value))}`];
  if (depth > 0) return [];
  return Object.entries(value).flatMap(([key, part]) => factsOf(`${name}.${key}`, part, depth + 1));
}

function shortText(text: string): string {
  const cut = text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
  return /[\s="]/.test(cut) || cut === '' ? JSON.stringify(cut) : cut;
}
