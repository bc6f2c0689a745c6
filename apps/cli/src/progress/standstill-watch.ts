import type { DirectiveEvent, TaskView } from '#libs/contracts';
import type { Snapshot } from './directive-picture.js';
import type { DirectiveSource } from './directive-source.js';
import { heldAtStandstill } from './find-standstill.js';

// Who waits for a standstill waits for minutes: a quarter of a second without an event is quiet enough to look.
const defaultQuietMs = 250;
// A plan of 10,000 tasks takes a third of a second to read: at most a tenth of the time is spent on it.
const restPerLook = 10;

/**
 * Notices that a directive can only go on after a human. A standstill begins with an event and has none after it: so the plan is looked
 * at when no event has come for a while, and only while a task is held.
 */
export class StandstillWatch {
  /** What was found, and `signal` is aborted then: the held tasks, and the directive as it was. */
  found: { directive: Snapshot['directive']; held: TaskView[] } | undefined;
  private readonly leave = new AbortController();
  private readonly held = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;
  private isClosed = false;
  private lookedMs = 0;

  constructor(
    private readonly source: Pick<DirectiveSource, 'getDirective' | 'listTasks'>,
    private readonly id: string,
    private readonly quietMs = defaultQuietMs,
  ) {}

  get signal(): AbortSignal {
    return this.leave.signal;
  }

  /** What was read of the plan instead of being heard event by event. */
  know(tasks: readonly TaskView[]): void {
    for (const { id, state } of tasks) if (state === 'held') this.held.add(id);
    this.wait();
  }

  take({ type, task }: DirectiveEvent): void {
    if (type === 'task.held') this.held.add(task ?? '');
    else if (task !== null) this.held.delete(task);
    this.wait();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private wait(): void {
    clearTimeout(this.timer);
    if (this.held.size === 0 || this.isClosed) return;
    this.timer = setTimeout(() => void this.look(), Math.max(this.quietMs, restPerLook * this.lookedMs));
  }

  private async look(): Promise<void> {
    if (this.isLooking) return this.wait();
    this.isLooking = true;
    const startedAt = performance.now();
    const snapshot = await this.read();
    this.lookedMs = performance.now() - startedAt;
    this.isLooking = false;
    if (this.isClosed) return;
    if (snapshot === undefined) return this.wait();
    const held = heldAtStandstill(snapshot);
    if (held.length === 0) return;
    this.found = { directive: snapshot.directive, held };
    this.leave.abort();
  }

  /** Undefined when it moved while it was read; or the server is away, which whoever follows the events tells. */
  private async read(): Promise<Snapshot | undefined> {
    try {
      const { lastSeq } = await this.source.getDirective(this.id);
      const tasks = await this.source.listTasks(this.id);
      const directive = await this.source.getDirective(this.id);
      return directive.lastSeq === lastSeq ? { directive, tasks } : undefined;
    } catch {
      return undefined;
    }
  }
}
