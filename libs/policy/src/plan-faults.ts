import type { ErrorCode, Fault } from '#libs/contracts';

const maxFaults = 100;

/** What is wrong with one request. Keeps the first 100: a client that made more mistakes made the same one often. */
export class PlanFaults {
  readonly items: Fault[] = [];

  get isFull(): boolean {
    return this.items.length >= maxFaults;
  }

  add(code: ErrorCode, pointer: string, detail: string): void {
    if (!this.isFull) this.items.push({ code, pointer, detail });
  }
}
