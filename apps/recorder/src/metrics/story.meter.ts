import { actionOfQueue } from '#libs/contracts';
import type { ReadEvent } from '#libs/state';
import { durationBuckets, metricNames, type ProcessMetrics } from '#libs/telemetry';

/** What is known of an attempt that is not over. */
interface Begun {
  action: string;
  queuedAt: number;
  startedAt?: number;
}

type Data = Record<string, unknown>;

/** Attempts that are remembered; of older ones the times are not measured. */
const mostBegun = 200_000;
const unknownAction = 'unknown';
const microsPerUsd = 1_000_000;

/** By the event that ends a task. */
const results: Readonly<Record<string, string>> = {
  'task.completed': 'success',
  'task.failed': 'fail',
  'task.cancelled': 'cancelled',
  'task.expired': 'expired',
  'task.skipped': 'skipped',
};
const directiveEnds = new Set([
  'completed',
  'failed',
  'cancelled',
  'timeout',
  'stopped',
  'orphaned',
  'partially_completed',
]);

/** Measures from the events alone, so that nothing waits for it: how long tasks waited and worked, how they ended, what they cost. */
export class StoryMeter {
  private readonly begun = new Map<string, Begun>();
  private readonly instruments;

  constructor({ meter }: ProcessMetrics) {
    const seconds = { unit: 's', advice: { explicitBucketBoundaries: durationBuckets } };
    this.instruments = {
      tasks: meter.createCounter(metricNames.tasks, { description: 'Tasks that ended, by action and result' }),
      directives: meter.createCounter(metricNames.directives, {
        description: 'Directives that came to rest, by state',
      }),
      wait: meter.createHistogram(metricNames.taskWait, {
        description: 'From the grant of an attempt to its start',
        ...seconds,
      }),
      work: meter.createHistogram(metricNames.taskWork, {
        description: 'From the start of an attempt to its end',
        ...seconds,
      }),
      retries: meter.createCounter(metricNames.retries, { description: 'Attempts after which another is made' }),
      holds: meter.createCounter(metricNames.holds, { description: 'Tasks that came to wait for a human, by kind' }),
      deferrals: meter.createCounter(metricNames.deferrals, {
        description: 'Tasks that were put off, by what they wait for',
      }),
      repairs: meter.createCounter(metricNames.repairs, {
        description: 'Corrections of the record: none in calm weather',
      }),
      spend: meter.createCounter(metricNames.spend, { description: 'What attempts were charged', unit: 'USD' }),
      lag: meter.createGauge(metricNames.recorderLag, {
        description: 'Age of the newest event when it was recorded',
        unit: 's',
      }),
    };
  }

  take(batch: readonly ReadEvent[]): void {
    for (const { event } of batch) if (event) this.measure(event);
    const last = batch.at(-1)?.event;
    if (last) this.instruments.lag.record(Math.max(0, (Date.now() - Date.parse(last.timestamp)) / 1_000));
  }

  private measure({ directiveId, type, task, timestamp, data }: NonNullable<ReadEvent['event']>): void {
    const [noun, verb = ''] = type.split('.');
    if (type === 'directive.reservation_corrected') return this.instruments.repairs.add(1, { kind: 'reservation' });
    if (noun === 'directive' && directiveEnds.has(verb))
      return this.instruments.directives.add(1, { state: verb.toUpperCase() });
    if (noun === 'task' && task !== null) this.measureTask(`${directiveId} ${task}`, type, Date.parse(timestamp), data);
  }

  private measureTask(key: string, type: string, atMs: number, data: Data): void {
    const { holds, deferrals, retries, tasks } = this.instruments;
    if (type === 'task.queued') return this.begin(key, data, atMs);
    if (type === 'task.started') return this.start(key, atMs);
    if (type === 'task.held') holds.add(1, { kind: String(data['kind']) });
    if (type === 'task.deferred') deferrals.add(1, { kind: String(data['kind']) });
    const isOver = type in results || type === 'task.retried' || type === 'task.held';
    if (!isOver) return;
    const action = this.end(key, atMs, data);
    // A fan-out, whose children were counted.
    if ('items' in data) return;
    if (type === 'task.retried') retries.add(1, { action });
    else if (results[type] !== undefined) tasks.add(1, { action, result: results[type] });
  }

  private begin(key: string, { queue }: Data, queuedAt: number): void {
    const [oldest] = this.begun.keys();
    if (this.begun.size >= mostBegun && oldest !== undefined) this.begun.delete(oldest);
    this.begun.set(key, { action: actionOfQueue(String(queue)) ?? unknownAction, queuedAt });
  }

  private start(key: string, atMs: number): void {
    const known = this.begun.get(key);
    if (!known || known.startedAt !== undefined) return;
    known.startedAt = atMs;
    this.instruments.wait.record((atMs - known.queuedAt) / 1_000, { action: known.action });
  }

  private end(key: string, atMs: number, { costMicroUsd }: Data): string {
    const known = this.begun.get(key);
    this.begun.delete(key);
    const action = known?.action ?? unknownAction;
    if (known?.startedAt !== undefined) this.instruments.work.record((atMs - known.startedAt) / 1_000, { action });
    if (typeof costMicroUsd === 'number' && costMicroUsd > 0)
      this.instruments.spend.add(costMicroUsd / microsPerUsd, { action });
    return action;
  }
}
