import type { DirectiveEvent } from '#libs/contracts';
import type { CocEvent } from '../chain-of-command.d.ts';
import type { EventBus } from './event-bus.js';

// The two streams are milliseconds apart; a server that restarts right now may need this.
const patienceMs = 5_000;

/**
 * Sees to it that the subscribers of this process have heard of a directive's end before its caller does: they listen on
 * another connection, and a program may unsubscribe and end in the next line.
 */
export class SubscribersWatch {
  /** The last `seq` of each directive; of all of them until the id is known, for events may come before the answer to the submit. */
  private seen = new Map<string, number>();
  private directiveId: string | undefined;
  private readonly unsubscribe: () => void;
  private wake: () => void = () => undefined;

  constructor(bus: EventBus) {
    this.unsubscribe = bus.subscribe('*', ({ directiveId, seq }: CocEvent) => {
      if (this.directiveId !== undefined && this.directiveId !== directiveId) return;
      this.seen.set(directiveId, seq);
      this.wake();
    });
  }

  /** From here on only this one counts. */
  attend(directiveId: string): void {
    this.directiveId = directiveId;
    this.seen = new Map([[directiveId, this.seen.get(directiveId) ?? 0]]);
  }

  /** Resolves when they have; gives up after a time, for the end of the directive does not depend on it. */
  async haveSeen({ directiveId, seq }: DirectiveEvent): Promise<void> {
    const isSeen = (): boolean => (this.seen.get(directiveId) ?? 0) >= seq;
    if (isSeen()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.wake = () => {
        if (!isSeen()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  end(): void {
    this.unsubscribe();
  }
}
