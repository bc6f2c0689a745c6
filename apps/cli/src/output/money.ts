/** Whole cents from one dollar on; below it down to the micro-dollar, which is the unit that is charged. */
export function formatUsd(usd: number): string {
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  const [whole, fraction = ''] = usd.toFixed(6).split('.');
  return `$${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}
