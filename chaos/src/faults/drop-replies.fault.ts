import { proxyNetOf, type ProxiedLink } from '../network/proxy-net.js';
import type { Rig } from '../rig/rig.js';
import { pollFor } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

/** What changes something. A reply to a read that is lost is a reset, which another fault does. */
const writes = {
  fcall: /^fcall /,
  evalsha: /^eval(sha)?$/,
  xreadgroup: /^xreadgroup$/,
  other: /^(exec|xautoclaim|xack|xadd|xgroup|xtrim|zadd|zrem|hset|hsetnx|hdel|set|del|lrem|bzpopmin|function load)$/,
} as const;
type Write = keyof typeof writes;
const deckOfWrites: readonly Write[] = ['fcall', 'fcall', 'fcall', 'evalsha', 'evalsha', 'xreadgroup', 'other'];
/** The rarest write of an idle system comes every 5 s, and everything may be down just then. */
const withinMs = 8_000;

/** The server does what it was asked, the answer never comes, and the connection is reset: nobody knows whether it was done. */
export class DropReplies implements Fault {
  readonly name = 'replies';
  readonly mustHappen = ['dropped reply', 'dropped fcall', 'dropped evalsha', 'dropped xreadgroup'];
  private readonly tally = new Tally(this.name);
  private links: readonly ProxiedLink[] = [];
  private deck: Write[] = [];

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async prepare(rig: Rig, random: SeededRandom): Promise<void> {
    this.links = await proxyNetOf(rig, random);
  }

  /** Some writes of a kind pass, whosesoever they are; the one after them is not answered. */
  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(deckOfWrites);
    const kind = this.deck.pop()!;
    let spared = random.whole(0, 5);
    const isPicked = (request: string): boolean => writes[kind].test(request) && (spared -= 1) < 0;
    const before = this.links.map(({ proxy }) => ({ ...proxy.counts.dropped }));
    const order = { count: 1, isPicked };
    for (const { proxy } of this.links) proxy.dropReplies(order);
    await pollFor(withinMs, async () => this.droppedSince(before)[0], 10);
    order.count = 0;
    for (const { process, request } of this.droppedSince(before)) {
      this.tally.tell(rig, 'dropped reply', { process, request });
      const { counts } = this.tally;
      counts[`dropped ${kind}`] = (counts[`dropped ${kind}`] ?? 0) + 1;
    }
  }

  private droppedSince(before: readonly Record<string, number>[]): { process: string; request: string }[] {
    return this.links.flatMap(({ name, proxy }, at) =>
      Object.entries(proxy.counts.dropped).flatMap(([request, count]) =>
        Array.from({ length: count - (before[at]![request] ?? 0) }, () => ({ process: name, request })),
      ),
    );
  }
}
