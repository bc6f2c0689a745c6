import { proxyNetOf, type ProxiedLink } from '../network/proxy-net.js';
import type { Rig } from '../rig/rig.js';
import { pollFor } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

/** What changes something. A reply to a read that is lost is a reset, which another fault does. */
const writing =
  /^(fcall .+|eval|evalsha|exec|xreadgroup|xautoclaim|xack|xadd|xgroup|xtrim|zadd|zrem|hset|hsetnx|hdel|set|del|lrem|bzpopmin|function load)$/;
/** An idle process asks for something at least every 2 s. */
const withinMs = 3_000;

/** The server does what it was asked, the answer never comes, and the connection is reset: nobody knows whether it was done. */
export class DropReplies implements Fault {
  readonly name = 'replies';
  readonly mustHappen = ['dropped reply', 'dropped fcall', 'dropped evalsha', 'dropped xreadgroup'];
  private readonly tally = new Tally(this.name);
  private links: readonly ProxiedLink[] = [];
  private deck: ProxiedLink[] = [];

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async prepare(rig: Rig, random: SeededRandom): Promise<void> {
    this.links = await proxyNetOf(rig, random);
  }

  /** The next writes of one process pass, as many as it picks; the one after them is not answered. */
  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(this.links);
    const { name, proxy } = this.deck.pop()!;
    let spared = random.whole(0, 5);
    const before = { ...proxy.counts.dropped };
    proxy.dropReplies({ count: 1, isPicked: (request) => writing.test(request) && (spared -= 1) < 0 });
    const request = await pollFor(withinMs, async () => dropped(before, proxy.counts.dropped), 10);
    proxy.dropReplies({ count: 0, isPicked: () => false });
    if (request === undefined) return;
    this.tally.tell(rig, 'dropped reply', { process: name, request });
    this.counts[`dropped ${request.split(' ')[0]}`] = (this.counts[`dropped ${request.split(' ')[0]}`] ?? 0) + 1;
  }
}

function dropped(before: Record<string, number>, now: Record<string, number>): string | undefined {
  return Object.keys(now).find((name) => now[name] !== (before[name] ?? 0));
}
