import type { BudgetLedger } from '#libs/contracts';
import { exactUsd } from '../output/money.js';
import { printable } from '../output/printable.js';
import { renderTable } from '../output/table.js';
import { type LedgerCheck, type LedgerDifference, type Sum, checkLedger, microUsdPerUsd } from './check-ledger.js';

type Limits = Omit<BudgetLedger, 'lines' | 'reservations' | 'waiting' | 'directiveId'>;

/** Limits and what became of them, every line, what is reserved, what waits, and whether the lines make the sum. */
export function renderLedger(ledger: BudgetLedger): string {
  const { lines, reservations, waiting } = ledger;
  const check = checkLedger(ledger);
  return [
    renderLimits(ledger),
    lines.length === 0 ? '\nno charges yet\n' : `\n${renderTable(lineHead, lines.map(lineRow))}`,
    reservations.length === 0 ? '' : `\n${renderTable(reservationHead, reservations.map(reservationRow))}`,
    waiting.length === 0 ? '' : `\nwait for a higher budget: ${printable(waiting.join(', '))}\n`,
    check.differences.length === 0 ? `\n${accountText(ledger, check)}\n` : '',
  ].join('');
}

export function renderLimits(limits: Limits): string {
  const { maxCostUsd, maxTokens, chargedUsd, reservedUsd, overrunUsd, chargedTokens, reservedTokens } = limits;
  const leftUsd = maxCostUsd === null ? null : maxCostUsd - chargedUsd - reservedUsd;
  const leftTokens = maxTokens === null ? null : maxTokens - chargedTokens - reservedTokens;
  const usd = (value: number | null): string => (value === null ? 'no limit' : signedUsd(value));
  const tokens = (value: number | null): string => (value === null ? 'no limit' : String(value));
  return renderTable(
    ['BUDGET', 'USD', 'TOKENS'],
    [
      ['limit', usd(maxCostUsd), tokens(maxTokens)],
      ['charged', usd(chargedUsd), tokens(chargedTokens)],
      ['reserved', usd(reservedUsd), tokens(reservedTokens)],
      ['left', usd(leftUsd), tokens(leftTokens)],
      ['overrun', usd(overrunUsd), '-'],
    ],
  );
}

/** `charged: the lines make $0.30 and the server says $0.40, $0.10 more`. */
export function differenceText({ what, unit, sum, told }: LedgerDifference): string {
  const text = (value: number): string => (unit === 'USD' ? exactUsd(value) : `${value} tokens`);
  const parts = what === 'charged' ? 'the lines make' : 'the reservations of running tasks make';
  const difference = `${text(Math.abs(told - sum))} ${told > sum ? 'more' : 'less'}`;
  return `${what}: ${parts} ${text(sum)}, and the server says ${text(told)}: ${difference}`;
}

const lineHead = ['SEQ', 'TIME', 'TASK', 'ATTEMPT', 'EVENT', 'USD', 'TOKENS'];

function lineRow({ seq, at, task, attempt, event, costUsd, tokens }: BudgetLedger['lines'][number]): string[] {
  return [String(seq), at, task, String(attempt), event, exactUsd(costUsd), String(tokens)];
}

const reservationHead = ['RESERVED FOR', 'ATTEMPT', 'USD', 'TOKENS'];

function reservationRow({ task, attempt, costUsd, tokens }: BudgetLedger['reservations'][number]): string[] {
  return [task, String(attempt), exactUsd(costUsd), String(tokens)];
}

function accountText({ lines, reservations }: BudgetLedger, { charged, reserved }: LedgerCheck): string {
  const sum = ({ microUsd, tokens }: Sum): string => `${exactUsd(microUsd / microUsdPerUsd)} and ${tokens} tokens`;
  return [
    `accounts for every cent: charged ${sum(charged)} in ${countOf(lines, 'line')}`,
    `reserved ${sum(reserved)} in ${countOf(reservations, 'reservation')}`,
  ].join(', ');
}

function countOf({ length }: readonly unknown[], noun: string): string {
  return `${length} ${noun}${length === 1 ? '' : 's'}`;
}

/** What is left is below zero after an overrun. */
function signedUsd(usd: number): string {
  return usd < 0 ? `-${exactUsd(-usd)}` : exactUsd(usd);
}
