import type { GrantView, HoldView } from '#libs/contracts';
import { formatDuration } from '../output/duration.js';
import { exactUsd } from '../output/money.js';
import { printable } from '../output/printable.js';
import { renderTable } from '../output/table.js';
import { describeWait } from '../progress/wait-reason.js';

const listHead = ['ID', 'DIRECTIVE', 'TASK', 'KIND', 'SCORE', 'SINCE', 'EXPIRES', 'WAITS FOR'];

export function renderHoldList(holds: readonly HoldView[]): string {
  return renderTable(listHead, holds.map(holdRow));
}

function holdRow(hold: HoldView): string[] {
  const { id, directiveId, task, kind, risk, expiresAt, action } = hold;
  const score = risk === null ? '-' : String(risk.score);
  return [id, directiveId, task, kind, score, sinceText(hold), expiresAt, describeWait({ kind, ref: action })];
}

/** All that somebody must see before they answer; nothing is cut. */
export function renderHold(hold: HoldView): string {
  const facts: [name: string, text: string][] = [
    [hold.kind, hold.id],
    ['task', `${hold.task} of ${hold.directiveId}`],
    ['action', `${hold.action}@${hold.actionVersion}, effect ${hold.effect}`],
    ['grant', grantText(hold)],
    ['asked by', hold.requestedBy],
    ['since', sinceText(hold)],
    ['until', hold.expiresAt],
    ...riskFacts(hold.risk),
    ...(hold.error === null ? [] : [['error', `${hold.error.code}: ${hold.error.message}`] as [string, string]]),
    ['input', ''],
  ];
  const input = JSON.stringify(hold.input, null, 2).split('\n');
  return [
    ...facts.map(([name, text]) => factLine(name, text)),
    ...input.map((line) => `  ${printable(line)}\n`),
    factLine('digest', hold.digest),
    factLine(...decisionFact(hold.decision)),
  ].join('');
}

export function renderGrants(grants: readonly GrantView[]): string {
  const rows = grants.map(({ action, maxScore, until, by }) => [
    action,
    String(maxScore),
    until ?? 'the directive ends',
    by,
  ]);
  return renderTable(['ACTION', 'UP TO SCORE', 'UNTIL', 'BY'], rows);
}

function factLine(name: string, text: string): string {
  return `${`${name.padEnd(10)}  ${printable(text)}`.trimEnd()}\n`;
}

function sinceText({ since }: HoldView): string {
  return `${since} (${formatDuration(Date.now() - Date.parse(since))})`;
}

/** What its next attempt may use. */
function grantText({ assignment, attempt }: HoldView): string {
  const { agent_id: agent, version, model, budget, timeoutMs } = assignment;
  return [
    `attempt ${attempt + 1} by ${agent}@${version}`,
    model === null ? 'no model' : `model ${model}`,
    `at most ${exactUsd(budget.maxCostUsd)} and ${budget.maxTokens} tokens`,
    `${formatDuration(timeoutMs)} of time`,
  ].join(', ');
}

function riskFacts(risk: HoldView['risk']): [string, string][] {
  if (risk === null) return [];
  const names = Math.max(0, ...risk.factors.map(({ factor }) => factor.length));
  return [
    ['score', String(risk.score)],
    ...risk.factors.map(({ factor, points, detail }): [string, string] => [
      '',
      `${factor.padEnd(names)}  ${String(points).padStart(3)}  ${detail}`,
    ]),
    ...risk.reasons.map((reason, at): [string, string] => [at === 0 ? 'because' : '', reason]),
  ];
}

function decisionFact(decision: HoldView['decision']): [string, string] {
  if (decision === null) return ['answer', 'none yet'];
  const { state, by, at, comment, scope, digest } = decision;
  const parts = [
    `by ${by} at ${at}`,
    scope === null ? '' : `scope ${scope}`,
    digest === null ? '' : `digest ${digest}`,
  ];
  return [state, `${parts.filter((part) => part !== '').join(', ')}${comment && `: ${comment}`}`];
}
