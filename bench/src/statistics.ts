export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), min: Math.min(...values), max: Math.max(...values) };
}

/** Four significant digits: a throughput ratio and a latency in ms are both readable so. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
