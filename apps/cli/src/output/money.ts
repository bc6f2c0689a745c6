/** To the last micro-dollar, for sums that must come out. */
export function exactUsd(usd: number): string {
  const [whole, fraction = ''] = usd.toFixed(6).split('.');
  return `$${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

/** Whole cents from one dollar on; below it down to the micro-dollar, which is the unit that is charged. */
export function formatUsd(usd: number): string {
  return usd >= 1 ? `$${usd.toFixed(2)}` : exactUsd(usd);
}
