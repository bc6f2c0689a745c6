import { proxyNetOf, type ProxiedLink } from '../network/proxy-net.js';
import type { Weather } from '../network/weather.js';
import type { Rig } from '../rig/rig.js';
import { sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

/** Half open: the process believes in its connections, and hears nothing. It may end with what was kept, or with a reset. */
const silence = 'silent link';
const weathers: Readonly<Record<string, (random: SeededRandom) => Partial<Weather>>> = {
  'late link': (random) => ({ latencyMs: random.whole(20, 200), jitterMs: random.whole(0, 400) }),
  'slow link': () => ({ bytesPerSecond: 1 }),
  [silence]: () => ({ isSilent: true }),
};
const reset = 'reset link';
const kinds = [...Object.keys(weathers), reset];

/** One process's link to Redis is late, slow or silent for a while, or all its connections are reset. */
export class BadWeather implements Fault {
  readonly name = 'network';
  readonly mustHappen = [...Object.keys(weathers), reset];
  private readonly tally = new Tally(this.name);
  private links: readonly ProxiedLink[] = [];
  private deck: string[] = [];

  constructor(private readonly lastsMs: readonly [number, number]) {}

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async prepare(rig: Rig, random: SeededRandom): Promise<void> {
    this.links = await proxyNetOf(rig, random);
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(kinds);
    const kind = this.deck.pop()!;
    const { name, proxy } = random.pick(this.links);
    const lastsMs = random.whole(...this.lastsMs);
    const isBrokenAfter = random.chance(0.5);
    const before = { ...proxy.counts };
    if (kind === reset) {
      proxy.reset();
    } else {
      proxy.setWeather(weathers[kind]!(random));
      await sleep(lastsMs);
      if (kind === silence && isBrokenAfter) proxy.reset();
      proxy.setWeather({});
    }
    const { delayed, silenced, resets } = proxy.counts;
    const done = {
      delayed: delayed - before.delayed,
      silenced: silenced - before.silenced,
      resets: resets - before.resets,
    };
    // A process that was between two lives felt nothing of it.
    if (done.delayed + done.resets > 0) this.tally.tell(rig, kind, { process: name, lastsMs, ...done });
  }

  async end(): Promise<void> {
    for (const { proxy } of this.links) proxy.setWeather({});
  }
}
