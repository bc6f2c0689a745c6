import type { Socket } from 'node:net';
import type { Weather } from './weather.js';

interface Waiting {
  bytes: Buffer;
  dueAt: number;
}

/** The bytes of one direction of one connection, in order, under the weather of the moment. */
export class OneWay {
  private readonly waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isEnding = false;

  constructor(
    private readonly target: Socket,
    private readonly weather: () => Weather,
    private readonly options: { random: () => number; isReply: boolean; onDelay: () => void },
  ) {}

  send(bytes: Buffer): void {
    if (this.waiting.length === 0 && this.isCalm()) {
      this.target.write(bytes);
      return;
    }
    this.options.onDelay();
    const { latencyMs, jitterMs } = this.weather();
    const dueAt = performance.now() + latencyMs + this.options.random() * jitterMs;
    this.waiting.push({ bytes, dueAt: Math.max(dueAt, this.waiting.at(-1)?.dueAt ?? 0) });
    this.pump();
  }

  /** The weather changed: what waits for the old one is looked at again. */
  wake(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pump();
  }

  /** Ends the target behind what still waits. */
  end(): void {
    this.isEnding = true;
    this.pump();
  }

  drop(): void {
    clearTimeout(this.timer);
    this.waiting.length = 0;
  }

  private isCalm(): boolean {
    const { latencyMs, jitterMs, bytesPerSecond } = this.weather();
    return latencyMs + jitterMs === 0 && bytesPerSecond === Infinity && !this.isStopped();
  }

  private isStopped(): boolean {
    return this.options.isReply && this.weather().isSilent;
  }

  private pump(): void {
    if (this.timer) return;
    for (;;) {
      const [first] = this.waiting;
      if (first === undefined) break;
      if (this.isStopped()) return;
      const waitMs = first.dueAt - performance.now();
      if (waitMs > 0 && this.weather().latencyMs + this.weather().jitterMs > 0) return this.pumpAfter(waitMs);
      if (this.weather().bytesPerSecond < Infinity) return this.drip(first);
      this.target.write(first.bytes);
      this.waiting.shift();
    }
    if (this.isEnding) this.target.end();
  }

  private drip(first: Waiting): void {
    this.target.write(first.bytes.subarray(0, 1));
    first.bytes = first.bytes.subarray(1);
    if (first.bytes.length === 0) this.waiting.shift();
    this.pumpAfter(1_000 / this.weather().bytesPerSecond);
  }

  private pumpAfter(delayMs: number): void {
    this.timer = setTimeout(() => this.wake(), delayMs);
  }
}
