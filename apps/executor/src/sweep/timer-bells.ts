/** Wakes the loop of a shard that sleeps longer than a timer that was just filed. */
export class TimerBells {
  private readonly listeners = new Map<number, (inMs: number) => void>();

  listen(shard: number, listener: (inMs: number) => void): void {
    this.listeners.set(shard, listener);
  }

  ring(shard: number, inMs: number): void {
    this.listeners.get(shard)?.(inMs);
  }
}
