import { WaitKind } from '#libs/contracts';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { printable } from '../output/printable.js';
import { renderTable } from '../output/table.js';
import { formatEvent } from '../progress/event-line.js';
import { describeWait } from '../progress/wait-reason.js';
import type { Attempt, Chapter, Story } from './story.js';

/** All of it: whose story, the steps, and what became of the tasks. */
export function renderStory(story: Story): string {
  return [renderHead(story), ...story.steps.map((step) => `${renderStep(step)}\n`), renderSummary(story)].join('');
}

/** One transition with its distance from the beginning: `+1.250s  task.failed  embed[3]  attempt=1 code=TIMEOUT`. */
export function renderStep({ atMs, event }: Story['steps'][number]): string {
  return `${offsetText(atMs).padStart(10)}  ${formatEvent(event).replace(/^\S+ /, '')}`;
}

export function renderHead(story: Story): string {
  const { directive, kind, actor, ref, startsAt } = story;
  const whose = [kind === null ? '' : `kind ${kind}`, actor === null ? '' : `by ${actor}`, ref === null ? '' : ref];
  const parts = [`directive ${directive}`, ...whose.filter((part) => part !== ''), `from ${startsAt}`];
  return `${printable(parts.join('  '))}\n`;
}

/** The state with time and cost, a row a task, the longest chain, and what the source does not have. */
export function renderSummary(story: Story): string {
  const lines = [stateLine(story), ...missingLines(story), ''];
  if (story.chapters.length > 0) lines.push(renderTable(taskHead, story.chapters.map(taskRow)));
  lines.push(totalLine(story));
  const unseen = story.counts.tasks - story.chapters.length;
  if (unseen > 0 && !story.isOver)
    lines.push(`${unseen} more wait for tasks before them; events name a task only when something happens to it`);
  lines.push(...chainLines(story));
  return `${lines.join('\n')}\n`;
}

/** `412ms` below a second, where the tenth of it would say too little. */
function spanText(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)}ms` : formatDuration(ms);
}

const offsetText = (ms: number): string => `+${(ms / 1_000).toFixed(3)}s`;

function stateLine({ state, isOver, asOfMs, costUsd, overrunUsd, code }: Story): string {
  const parts = [
    `${state}${isOver ? ' after' : ', so far'} ${spanText(asOfMs)}`,
    `cost ${formatUsd(costUsd)}`,
    overrunUsd > 0 ? `overrun ${formatUsd(overrunUsd)}` : '',
    code === null ? '' : printable(code),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function missingLines({ missing }: Story): string[] {
  return missing.map(({ from, to }) => `events ${from} to ${to} are missing from this source`);
}

const taskHead = ['TASK', 'STATE', 'FROM', 'QUEUED', 'HELD', 'DEFERRED', 'RETRY', 'RAN', 'ATTEMPTS', 'COST', 'NOTE'];

function taskRow(chapter: Chapter): string[] {
  const { task, state, fromMs, spentMs, attempts, costUsd } = chapter;
  const { queued, held, deferred, retry, running } = spentMs;
  const spans = [queued, held, deferred, retry, running].map((ms) => (ms > 0 ? spanText(ms) : '-'));
  const cost = costUsd > 0 ? formatUsd(costUsd) : '-';
  return [task, state, offsetText(fromMs), ...spans, attemptText(attempts), cost, noteText(chapter)];
}

/** `3: TIMEOUT, WORKER_LOST, completed`. */
function attemptText(attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return '-';
  return `${attempts.length}: ${attempts.map(({ code, outcome }) => code ?? outcome ?? 'under way').join(', ')}`;
}

function noteText({ because, code, attempts, waitsFor }: Chapter): string {
  if (because !== null) return `skipped because of ${because}`;
  if (waitsFor !== null) return `waits for ${waitText(waitsFor)} since ${offsetText(waitsFor.sinceMs)}`;
  return code !== null && attempts.at(-1)?.code !== code ? code : '';
}

function waitText({ kind, on }: { kind: string; on: string }): string {
  const known = WaitKind.safeParse(kind);
  const ref = on.startsWith(kind) ? on.slice(kind.length).trim() : on;
  return known.success ? describeWait({ kind: known.data, ref }) : on || kind;
}

function totalLine({ counts, chapters }: Story): string {
  const { tasks, attempts, open, ...ends } = counts;
  const outcomes = Object.entries({ ...ends, open }).filter(([, count]) => count > 0);
  const sum = (kind: keyof Chapter['spentMs']): string =>
    spanText(chapters.reduce((total, { spentMs }) => total + spentMs[kind], 0));
  return [
    `total: ${tasks} tasks (${outcomes.map(([name, count]) => `${count} ${name}`).join(', ') || 'none'}), ${attempts} attempts`,
    `queued ${sum('queued')}, held ${sum('held')}, deferred ${sum('deferred')}, retry ${sum('retry')}, ran ${sum('running')}`,
  ].join('; ');
}

/** Most links of a large fan-out say little: the ones that matter are named, the others counted. */
const shownLinks = 12;

function chainLines({ chain, waitedForMost, asOfMs, isOver }: Story): string[] {
  if (chain.length === 0 || waitedForMost === null) return [];
  const links = chain.map(({ task, ownMs }) => `${task} ${spanText(ownMs)}`);
  const head =
    links.length > shownLinks ? [`… ${links.length - shownLinks} before`, ...links.slice(-shownLinks)] : links;
  const share = asOfMs > 0 ? ` of ${spanText(asOfMs)} (${Math.round((100 * waitedForMost.ownMs) / asOfMs)} %)` : '';
  return [
    `longest chain${isOver ? '' : ' so far'}: ${printable(head.join(' > '))}`,
    `waited for most: ${printable(waitedForMost.task)}, ${spanText(waitedForMost.ownMs)}${share}`,
  ];
}
