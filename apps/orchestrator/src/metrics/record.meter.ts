import type { BatchObservableCallback, Observable } from '@opentelemetry/api';
import type { QueueView, QueueWorkers } from '#libs/contracts';
import { metricNames, type ProcessMetrics } from '#libs/telemetry';

/** What is asked at each look: every answer may be about a second old. */
export interface RecordSources {
  queues: { list(): Promise<QueueView[]> };
  workers: { list(): Promise<QueueWorkers[]> };
  open: { count(): Promise<number> };
}

/** Figures that are on record, for the whole installation: whichever orchestrator is asked, they are the same. Answers how to end it. */
export function measureRecord({ meter }: ProcessMetrics, sources: RecordSources): () => void {
  const gauge = (name: string, description: string, unit?: string): Observable =>
    meter.createObservableGauge(name, { description, ...(unit && { unit }) });
  const depth = gauge(metricNames.queueDepth, 'Tasks in line or granted, by action');
  const oldest = gauge(metricNames.queueOldestWait, 'How long the oldest task waits for a worker, by action', 's');
  const agents = gauge(metricNames.activeAgents, 'Live workers, by action');
  const sessions = gauge(metricNames.activeSessions, 'Directives that are not over');
  const observed = [depth, oldest, agents, sessions];
  const observe: BatchObservableCallback = async (result) => {
    const asked = [sources.queues.list(), sources.workers.list(), sources.open.count()] as const;
    const [lines, workers, open] = await Promise.all(asked);
    for (const [action, own] of Map.groupBy(lines, (line) => line.action)) {
      result.observe(depth, sumOf(own.map((line) => line.depth)), { action });
      result.observe(oldest, Math.max(...own.map((line) => line.oldestWaitMs ?? 0)) / 1_000, { action });
    }
    for (const [action, own] of Map.groupBy(workers, (queue) => queue.action))
      result.observe(agents, sumOf(own.map((queue) => queue.workers.length)), { action });
    result.observe(sessions, open);
  };
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
