/** One kind of repair. Idempotent and bounded; two executors sweeping at once are harmless. */
export interface Sweep {
  readonly name: string;
  readonly everyMs: number;
  /** How many things it found and repaired on the shard. */
  runOnce(shard: number): Promise<number>;
}
