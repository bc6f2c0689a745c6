import {
  finalDirectiveStates,
  restingDirectiveStates,
  type DirectiveState,
  type DirectiveStats,
  type DirectiveView,
  type DirectivesStats,
} from '#libs/contracts';
import type { DirectiveReader } from '#libs/state';

/** A tenant may have millions: the newest say what is going on. */
const countedDirectives = 1_000;
/** Counting asks Redis a question a directive: who asks within this time gets the same answer. */
const freshMs = 1_000;
/** Then all are forgotten; each has a few numbers. */
const mostTenants = 1_000;

type StateCounts = Awaited<ReturnType<DirectiveReader['countStates']>>;

/** How many of a tenant's newest directives are in which state, at most a second old. */
export class DirectiveCensus {
  private readonly known = new Map<string, { at: number; counts: Promise<StateCounts> }>();

  constructor(private readonly reader: DirectiveReader) {}

  async count(tenant: string): Promise<StateCounts> {
    const found = this.known.get(tenant);
    if (found && performance.now() - found.at < freshMs) return found.counts;
    if (this.known.size >= mostTenants) this.known.clear();
    const counts = this.reader.countStates(tenant, countedDirectives);
    this.known.set(tenant, { at: performance.now(), counts });
    // What failed is asked again by the next.
    counts.catch(() => this.known.delete(tenant));
    return counts;
  }

  async stats(tenant: string): Promise<DirectivesStats> {
    const counts = await this.count(tenant);
    const sum = (states: readonly DirectiveState[]): number =>
      states.reduce((total, state) => total + (counts.byState[state] ?? 0), 0);
    return {
      ...counts,
      active: counts.counted - sum(restingDirectiveStates),
      successRate: shareOf(sum(['COMPLETED']), sum(finalDirectiveStates)),
    };
  }
}

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export function statsOf(view: DirectiveView, nowMs: number): DirectiveStats {
  const { id, state, tasks, budget, lastSeq, createdAt, startedAt, finishedAt } = view;
  const endMs = finishedAt === null ? nowMs : Date.parse(finishedAt);
  const { total, open, succeeded, failed, expired } = tasks;
  return {
    directiveId: id,
    state,
    tasks,
    progress: shareOf(total - open, total),
    successRate: shareOf(succeeded, succeeded + failed + expired),
    waitedMs: startedAt === null ? null : Math.max(0, Date.parse(startedAt) - Date.parse(createdAt)),
    ranMs: startedAt === null ? null : Math.max(0, endMs - Date.parse(startedAt)),
    events: lastSeq,
    budget,
  };
}
