import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Link, type LinkSide } from './link.js';
import { calm, type Weather } from './weather.js';

export interface ProxyCounts {
  connections: number;
  requests: number;
  replies: number;
  /** Chunks that were held up by latency, by 1 B/s or by silence. */
  delayed: number;
  /** Connections that we broke. */
  resets: number;
  /** Replies that came while nothing got through. */
  silenced: number;
  /** Replies swallowed after the server had executed the request, by its name. */
  dropped: Record<string, number>;
}

/** Which replies are to be swallowed: so many, of the requests it picks. */
export interface DropOrder {
  count: number;
  isPicked: (name: string) => boolean;
}

/** A link to Redis that can be made bad. It says what it did, not what it was told to do. */
export class RedisProxy {
  readonly counts: ProxyCounts = {
    connections: 0,
    requests: 0,
    replies: 0,
    delayed: 0,
    resets: 0,
    silenced: 0,
    dropped: {},
  };
  private readonly links = new Set<Link>();
  private weather: Weather = calm;
  private drops: DropOrder = { count: 0, isPicked: () => false };

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
    private readonly random: () => number,
  ) {}

  /** Listens on a free port of the loopback and leads to `targetPort` there. */
  static async open(targetPort: number, random: () => number = Math.random): Promise<RedisProxy> {
    // It keeps nobody alive: who has no more connections through it is done with it.
    const server = createServer({ allowHalfOpen: true }).unref();
    const proxy = new RedisProxy(server, targetPort, random);
    server.on('connection', (client) => proxy.admit(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get droppedReplies(): number {
    return Object.values(this.counts.dropped).reduce((sum, count) => sum + count, 0);
  }

  /** Latency, 1 B/s or silence from now on; what is not named is calm. */
  setWeather(weather: Partial<Weather>): void {
    this.weather = { ...calm, ...weather };
    for (const link of this.links) link.wake();
  }

  /** As when a firewall forgets the connections: each is reset. Returns how many there were. */
  reset(): number {
    const links = [...this.links];
    this.counts.resets += links.length;
    for (const link of links) link.reset();
    return links.length;
  }

  /** Swallows the replies to the next requests that are picked, and counts the order down; several proxies may share one. */
  dropReplies(order: DropOrder): void {
    this.drops = order;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const link of this.links) link.reset();
    await closed;
  }

  private admit(client: Socket): void {
    this.counts.connections += 1;
    this.links.add(new Link(client, this.side()));
  }

  private side(): LinkSide {
    const { counts } = this;
    return {
      targetPort: this.targetPort,
      weather: () => this.weather,
      random: this.random,
      doom: (name) => this.doom(name),
      asked: (count) => void (counts.requests += count),
      answered: () => {
        counts.replies += 1;
        if (this.weather.isSilent) counts.silenced += 1;
      },
      delayed: () => void (counts.delayed += 1),
      dropped: (name) => void (counts.dropped[name] = (counts.dropped[name] ?? 0) + 1),
      spared: () => void (this.drops.count += 1),
      ended: (link) => this.links.delete(link),
    };
  }

  private doom(name: string): boolean {
    if (this.drops.count === 0 || !this.drops.isPicked(name)) return false;
    this.drops.count -= 1;
    return true;
  }
}
