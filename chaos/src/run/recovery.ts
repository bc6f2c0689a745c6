import type { Evidence } from '../checker/evidence.js';
import { linesOf } from '../checker/submissions.js';

export interface Recovery {
  tasks: number;
  p50Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

/** From the kill of a worker of ours to the next start of each task it was at work on. */
export function measureRecovery(evidence: Evidence): Recovery {
  const kills = linesOf(evidence, 'fault').flatMap(({ atMs, detail }) =>
    detail['what'] === 'killed worker' ? [{ atMs, pid: detail['pid'] }] : [],
  );
  const byPid = Map.groupBy(evidence.ledger, ({ pid }) => pid);
  const byKey = Map.groupBy(evidence.ledger, ({ effectKey }) => effectKey);
  const times = kills
    .flatMap(({ atMs, pid }) => {
      const own = byPid.get(pid as number) ?? [];
      const done = new Set(own.filter(({ phase }) => phase === 'commit').map(({ nonce }) => nonce));
      return own
        .filter(({ phase, nonce }) => phase === 'start' && !done.has(nonce))
        .flatMap(({ effectKey, seq }) => {
          const next = byKey.get(effectKey)!.find((line) => line.phase === 'start' && line.seq > seq);
          return next && next.atMs > atMs ? [next.atMs - atMs] : [];
        });
    })
    .toSorted((a, b) => a - b);
  return { tasks: times.length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), maxMs: quantile(times, 1) };
}

function quantile(sorted: readonly number[], part: number): number | null {
  if (sorted.length === 0) return null;
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!);
}
