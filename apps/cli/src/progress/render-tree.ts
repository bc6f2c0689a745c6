import { styleText } from 'node:util';
import { type DirectiveView, type TaskView, finalTaskStates } from '#libs/contracts';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { printable } from '../output/printable.js';
import { type Glyph, directiveGlyphs, taskGlyphs } from './state-glyph.js';
import { type TreeRow, describeCounts, fitRows, growTree, isFinalTask } from './task-tree.js';
import { describeWait } from './wait-reason.js';

/** What the lines are made for. `rows` and `columns` may be Infinity; `now` is epoch milliseconds. */
export interface Frame {
  now: number;
  columns: number;
  rows: number;
  color: boolean;
}

const widestId = 40;

/** The directive on the first line, its tasks below; at most `frame.rows` lines of at most `frame.columns` characters. */
export function renderTree(directive: DirectiveView, tasks: readonly TaskView[], frame: Frame): string[] {
  const all = growTree(tasks);
  const failure = directive.error && `${directive.error.code}: ${directive.error.message}`;
  const limit = frame.rows - (failure ? 2 : 1);
  const rows = all.length <= limit ? all : fitRows(all, Math.max(0, limit - 1));
  const lines = [paint(directiveGlyphs[directive.state], 0, directiveText(directive, frame.now), frame)];
  if (failure) lines.push(paint(directiveGlyphs.FAILED, 1, failure, frame));
  const widths = columnWidths(rows);
  for (const row of rows)
    lines.push(paint(taskGlyphs[row.task.state], row.depth + 1, rowText(row, widths, frame.now), frame));
  if (rows.length < all.length) lines.push(paint({ mark: '…', style: 'dim' }, 1, moreText(all, rows), frame));
  return lines.slice(0, frame.rows);
}

function directiveText(directive: DirectiveView, now: number): string {
  const { tasks, budget } = directive;
  const closing =
    directive.closing !== null && directive.closing !== directive.state ? `closing as ${directive.closing}` : '';
  const limit = budget.maxCostUsd === null ? '' : ` of ${formatUsd(budget.maxCostUsd)}`;
  return joinParts([
    `${directive.state} ${directive.id}`,
    closing,
    directive.title ?? directive.ref ?? '',
    `${tasks.total - tasks.open}/${tasks.total} tasks`,
    formatDuration(spanOf(directive, now)),
    budget.chargedUsd > 0 ? `${formatUsd(budget.chargedUsd)}${limit}` : '',
    budget.overrunUsd > 0 ? `overrun ${formatUsd(budget.overrunUsd)}` : '',
  ]);
}

function spanOf(directive: DirectiveView, now: number): number {
  const end = directive.finishedAt === null ? now : Date.parse(directive.finishedAt);
  return end - Date.parse(directive.startedAt ?? directive.createdAt);
}

function rowText({ task, depth, children }: TreeRow, widths: Widths, now: number): string {
  const id = task.id.padEnd(widths.id - 2 * depth);
  return joinParts([
    `${id}  ${task.action.padEnd(widths.action)}  ${children.length > 0 ? progressText(children) : task.state}`,
    task.attempt > 1 ? `attempt ${task.attempt}` : '',
    isFinalTask(task) || task.since === null ? '' : formatDuration(now - Date.parse(task.since)),
    waitText(task),
    task.error && task.state !== 'succeeded' ? `${task.error.code}: ${task.error.message}` : '',
    task.costUsd > 0 ? formatUsd(task.costUsd) : '',
  ]);
}

/** Of a fan-out: `10/50 done, 1 failed, 4 running`. */
function progressText(children: readonly TaskView[]): string {
  const quiet = new Set(['succeeded', 'waiting', 'ready']);
  const counts = describeCounts(children, (state) => !quiet.has(state));
  const done = children.filter(isFinalTask).length;
  return `${done}/${children.length} done${counts && `, ${counts}`}`;
}

/** A running task waits for its worker, and a spread one for its children: the line says so already. */
function waitText({ state, waitingOn }: TaskView): string {
  if (!waitingOn || state === 'running' || waitingOn.kind === 'children' || finalTaskStates.includes(state)) return '';
  return `waits for ${describeWait(waitingOn)}`;
}

function moreText(all: readonly TreeRow[], shown: readonly TreeRow[]): string {
  const seen = new Set(shown);
  const hidden = all.filter((row) => !seen.has(row)).map((row) => row.task);
  return `${hidden.length} more: ${describeCounts(hidden, () => true)}`;
}

interface Widths {
  id: number;
  action: number;
}

function columnWidths(rows: readonly TreeRow[]): Widths {
  const widths = { id: 0, action: 0 };
  for (const { task, depth } of rows) {
    widths.id = Math.max(widths.id, Math.min(task.id.length, widestId) + 2 * depth);
    widths.action = Math.max(widths.action, Math.min(task.action.length, widestId));
  }
  return widths;
}

const joinParts = (parts: readonly string[]) => parts.filter((part) => part !== '').join('  ');

/** Cut first, coloured after, so that no colour code is cut in two. */
function paint(glyph: Glyph, depth: number, text: string, frame: Frame): string {
  const indent = '  '.repeat(depth);
  const room = frame.columns - indent.length - 2;
  const safe = printable(text);
  const cut = safe.length <= room ? safe : `${safe.slice(0, Math.max(0, room - 1))}…`;
  const mark = frame.color ? styleText(glyph.style, glyph.mark, { validateStream: false }) : glyph.mark;
  return `${indent}${mark} ${cut}`;
}
