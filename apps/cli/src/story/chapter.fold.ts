import { type DirectiveEvent, type Json, type TaskState, usdFromMicroUsd } from '#libs/contracts';
import { type Attempt, type Chapter, type Span, type SpanKind, spanKinds } from './story.js';

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

/** The states in which a task stays, by the event that says so; what else happens to a task does not end it. */
export const endings: Readonly<Record<string, { state: TaskState; outcome: Attempt['outcome'] }>> = {
  'task.completed': { state: 'succeeded', outcome: 'completed' },
  'task.failed': { state: 'failed', outcome: 'failed' },
  'task.expired': { state: 'expired', outcome: 'expired' },
  'task.cancelled': { state: 'cancelled', outcome: 'cancelled' },
  'task.skipped': { state: 'skipped', outcome: null },
};

const begins: Readonly<Record<string, { state: TaskState; span: SpanKind }>> = {
  'task.queued': { state: 'dispatched', span: 'queued' },
  'task.started': { state: 'running', span: 'running' },
  'task.held': { state: 'held', span: 'held' },
  'task.deferred': { state: 'deferred', span: 'deferred' },
  'task.retried': { state: 'deferred', span: 'retry' },
  'task.expanded': { state: 'waiting', span: 'children' },
};

/** Takes a task's events one by one and can tell its chapter at any time. */
export class ChapterFold {
  private state: TaskState = 'waiting';
  private toMs: number | null = null;
  private readonly spans: Span[] = [];
  private readonly attempts: Attempt[] = [];
  private costMicroUsd = 0;
  private code: string | null = null;
  private because: string | null = null;

  constructor(
    private readonly task: string,
    private readonly fromMs: number,
    private readonly letGoBy: string | null,
  ) {}

  get isOver(): boolean {
    return this.toMs !== null;
  }

  take({ type, data }: DirectiveEvent, atMs: number): void {
    const ending = endings[type];
    const begin = begins[type];
    if (type === 'task.held' || type === 'task.approved') this.takeBack(data);
    if (ending && !this.isOver) this.end(ending, data, atMs);
    if (goesOn(type, data) && !this.isOver) {
      this.endSpan(atMs);
      this.state = 'ready';
    }
    if (begin) {
      this.endSpan(atMs);
      // A directive that rests may be sent on, and its tasks with it.
      this.toMs = null;
      this.state = begin.state;
      this.spans.push({ kind: begin.span, on: this.onOf(type, data), fromMs: atMs, toMs: null });
      this.moveAttempt(type, data, atMs);
    }
  }

  tell(asOfMs: number): Chapter {
    const { task, state, isOver, fromMs, toMs, letGoBy, code, because } = this;
    const last = this.spans.at(-1);
    return {
      task,
      state,
      isOver,
      fromMs,
      toMs,
      letGoBy,
      code,
      because,
      spans: this.spans.map((span) => ({ ...span })),
      spentMs: spentBy(this.spans, asOfMs),
      attempts: this.attempts.map((attempt) => ({ ...attempt })),
      costUsd: usdFromMicroUsd(this.costMicroUsd),
      waitsFor: isOver || !last ? null : waitOf(last),
    };
  }

  private end(
    { state, outcome }: { state: TaskState; outcome: Attempt['outcome'] },
    data: DirectiveEvent['data'],
    atMs: number,
  ): void {
    this.endSpan(atMs);
    this.state = state;
    this.toMs = atMs;
    this.costMicroUsd += numberOf(data['costMicroUsd']);
    this.code = textOf(data['code']) || null;
    this.because = textOf(data['because']) || null;
    this.endAttempt(outcome, this.code, atMs);
  }

  /** An attempt that was taken back before it was sent, for its input turned out to need a human, never was. */
  private takeBack(data: DirectiveEvent['data']): void {
    const current = this.attempts.at(-1);
    if (typeof data['attempt'] !== 'number' || current?.outcome !== null || current.startedMs !== null) return;
    if (data['attempt'] < current.attempt) this.attempts.pop();
  }

  private moveAttempt(type: string, data: DirectiveEvent['data'], atMs: number): void {
    const attempt = numberOf(data['attempt']) || this.attempts.length + 1;
    if (type === 'task.queued')
      this.attempts.push({ attempt, queuedMs: atMs, startedMs: null, endedMs: null, outcome: null, code: null });
    const current = this.attempts.at(-1);
    if (type === 'task.started' && current) current.startedMs = atMs;
    if (type === 'task.retried') this.endAttempt('retried', textOf(data['code']) || null, atMs);
    // An attempt whose effect nobody knows ends in a hold; a hold before the first attempt ends none.
    if (type === 'task.held') this.endAttempt('held', null, atMs);
  }

  private endAttempt(outcome: Attempt['outcome'], code: string | null, atMs: number): void {
    const current = this.attempts.at(-1);
    if (current?.outcome === null) Object.assign(current, { outcome, code, endedMs: atMs });
  }

  private endSpan(atMs: number): void {
    const last = this.spans.at(-1);
    if (last) last.toMs ??= atMs;
  }

  private onOf(type: string, data: DirectiveEvent['data']): string {
    if (type === 'task.queued') return textOf(data['queue']);
    if (type === 'task.started') return this.spans.at(-1)?.on ?? '';
    return [textOf(data['kind']), textOf(data['ref'])].filter((part) => part !== '').join(' ');
  }
}

function spentBy(spans: readonly Span[], asOfMs: number): Record<SpanKind, number> {
  const spent = Object.fromEntries(spanKinds.map((kind) => [kind, 0])) as Record<SpanKind, number>;
  for (const { kind, fromMs, toMs } of spans) spent[kind] += Math.max(0, (toMs ?? asOfMs) - fromMs);
  return spent;
}

/** A human's answer that lets a held task go; what it waits for from here on is its turn. */
function goesOn(type: string, { decision }: DirectiveEvent['data']): boolean {
  return type === 'task.approved' || (type === 'task.resolved' && decision === 'retry');
}

function waitOf(last: Span): Chapter['waitsFor'] {
  if (last.toMs !== null) return { kind: 'release', on: '', sinceMs: last.toMs };
  return { kind: waitKindOf(last), on: last.on, sinceMs: last.fromMs };
}

/** In the words of the API's `waitingOn`, where it has one. */
function waitKindOf({ kind, on }: Span): string {
  const kinds = { queued: 'worker', running: 'outcome', retry: 'retry', children: 'children' } as const;
  return kind === 'held' || kind === 'deferred' ? (on.split(' ')[0] ?? kind) : kinds[kind];
}
