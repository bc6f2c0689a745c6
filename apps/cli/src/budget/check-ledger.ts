import type { BudgetLedger } from '#libs/contracts';

/** Money is integer micro-USD, so that sums come out. */
export interface Sum {
  microUsd: number;
  tokens: number;
}

export interface LedgerDifference {
  what: 'charged' | 'reserved';
  unit: 'USD' | 'tokens';
  /** What the lines or the reservations make together. */
  sum: number;
  /** What the server says. */
  told: number;
}

export interface LedgerCheck {
  charged: Sum;
  reserved: Sum;
  /** Empty when the lines account for all of it. */
  differences: LedgerDifference[];
}

export const microUsdPerUsd = 1_000_000;
const microUsd = (usd: number): number => Math.round(usd * microUsdPerUsd);

/** Adds up every line and every reservation, and compares them with what the server says of the whole. */
export function checkLedger(ledger: BudgetLedger): LedgerCheck {
  const charged = sumOf(ledger.lines);
  const reserved = sumOf(ledger.reservations);
  const pairs = [
    compare('charged', charged, { microUsd: microUsd(ledger.chargedUsd), tokens: ledger.chargedTokens }),
    compare('reserved', reserved, { microUsd: microUsd(ledger.reservedUsd), tokens: ledger.reservedTokens }),
  ];
  return { charged, reserved, differences: pairs.flat() };
}

function sumOf(parts: readonly { costUsd: number; tokens: number }[]): Sum {
  const sum = { microUsd: 0, tokens: 0 };
  for (const { costUsd, tokens } of parts) {
    sum.microUsd += microUsd(costUsd);
    sum.tokens += tokens;
  }
  return sum;
}

function compare(what: LedgerDifference['what'], sum: Sum, told: Sum): LedgerDifference[] {
  const differences: LedgerDifference[] = [];
  if (sum.microUsd !== told.microUsd) {
    const usd = { sum: sum.microUsd / microUsdPerUsd, told: told.microUsd / microUsdPerUsd };
    differences.push({ what, unit: 'USD', ...usd });
  }
  if (sum.tokens !== told.tokens) differences.push({ what, unit: 'tokens', sum: sum.tokens, told: told.tokens });
  return differences;
}
