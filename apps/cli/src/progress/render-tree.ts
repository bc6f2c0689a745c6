import { styleText } from 'node:util';
import type { DirectiveView, Shortage, TaskState, TaskView } from '#libs/contracts';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { printable } from '../output/printable.js';
import { describeRow } from './render-row.js';
import { type Glyph, directiveGlyphs, taskGlyphs } from './state-glyph.js';
import { type TreeRow, describeCounts, fitRows, growTree } from './task-tree.js';

/** What the lines are made for. `rows` and `columns` may be Infinity; `now` is epoch milliseconds. */
export interface Frame {
  now: number;
  columns: number;
  rows: number;
  color: boolean;
}

const shownShortages = 3;

/** The directive on the first line, its tasks below; at most `frame.rows` lines of at most `frame.columns` characters. */
export function renderTree(directive: DirectiveView, tasks: readonly TaskView[], frame: Frame): string[] {
  const all = growTree(tasks);
  const failure = directive.error && `${directive.error.code}: ${directive.error.message}`;
  const limit = frame.rows - (failure ? 2 : 1);
  const rows = all.length <= limit ? all : fitRows(all, Math.max(0, limit - 1));
  const lines = [paint(directiveGlyphs[directive.state], 0, directiveText(directive, tasks, frame.now), frame)];
  if (failure) lines.push(paint(directiveGlyphs.FAILED, 1, failure, frame));
  for (const { row, text } of describeRows(rows, directive, tasks, frame.now))
    lines.push(paint(taskGlyphs[row.task.state], row.depth + 1, text, frame));
  if (rows.length < all.length) lines.push(paint({ mark: '…', style: 'dim' }, 1, moreText(all, rows), frame));
  return lines.slice(0, frame.rows);
}

function describeRows(rows: readonly TreeRow[], directive: DirectiveView, tasks: readonly TaskView[], now: number) {
  const states = new Map<string, TaskState>(tasks.map(({ id, state }) => [id, state]));
  const context = { now, directive, states, widths: columnWidths(rows) };
  return rows.map((row) => ({ row, text: describeRow(row, context) }));
}

function directiveText(directive: DirectiveView, all: readonly TaskView[], now: number): string {
  const { tasks, budget } = directive;
  const closing =
    directive.closing !== null && directive.closing !== directive.state ? `closing as ${directive.closing}` : '';
  const held = all.filter(({ state }) => state === 'held').length;
  const parts = [
    `${directive.state} ${directive.id}`,
    closing,
    directive.title ?? directive.ref ?? '',
    `${tasks.total - tasks.open}/${tasks.total} tasks`,
    held > 0 ? `${held} held` : '',
    formatDuration(spanOf(directive, now)),
    costText(budget),
    budget.overrunUsd > 0 ? `overrun ${formatUsd(budget.overrunUsd)}` : '',
    stageText(directive),
    directive.parent ? `child of ${directive.parent}` : '',
    directive.state === 'DEGRADED'
      ? (directive.degraded ?? []).slice(0, shownShortages).map(shortageText).join(', ')
      : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function costText({ maxCostUsd, chargedUsd }: DirectiveView['budget']): string {
  if (maxCostUsd !== null) return `${formatUsd(chargedUsd)} of ${formatUsd(maxCostUsd)}`;
  return chargedUsd > 0 ? formatUsd(chargedUsd) : '';
}

/** What the directive itself waits for when none of its tasks does. */
function stageText({ state, tasks }: DirectiveView): string {
  if (state === 'PENDING') return 'waits for its plan';
  return (state === 'RUNNING' || state === 'DEGRADED') && tasks.total > 0 && tasks.open === 0
    ? 'waits for its review'
    : '';
}

function shortageText({ reason, task, action, model }: Shortage): string {
  return reason === 'no-worker' ? `no worker for ${action}` : `${task} runs on ${model ?? 'another model'}`;
}

function spanOf(directive: DirectiveView, now: number): number {
  const end = directive.finishedAt === null ? now : Date.parse(directive.finishedAt);
  return end - Date.parse(directive.startedAt ?? directive.createdAt);
}

function moreText(all: readonly TreeRow[], shown: readonly TreeRow[]): string {
  const seen = new Set(shown);
  const hidden = all.filter((row) => !seen.has(row)).map((row) => row.task);
  return `${hidden.length} more: ${describeCounts(hidden, () => true)}`;
}

const widestId = 40;

function columnWidths(rows: readonly TreeRow[]): { id: number; action: number } {
  const widths = { id: 0, action: 0 };
  for (const { task, depth } of rows) {
    widths.id = Math.max(widths.id, Math.min(task.id.length, widestId) + 2 * depth);
    widths.action = Math.max(widths.action, Math.min(task.action.length, widestId));
  }
  return widths;
}

/** Cut first, coloured after, so that no colour code is cut in two. */
function paint(glyph: Glyph, depth: number, text: string, frame: Frame): string {
  const indent = '  '.repeat(depth);
  const room = frame.columns - indent.length - 2;
  const safe = printable(text);
  const cut = safe.length <= room ? safe : `${safe.slice(0, Math.max(0, room - 1))}…`;
  const mark = frame.color ? styleText(glyph.style, glyph.mark, { validateStream: false }) : glyph.mark;
  return `${indent}${mark} ${cut}`;
}
