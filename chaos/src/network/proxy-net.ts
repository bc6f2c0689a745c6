import type { Role } from '../rig/kept-process.js';
import type { Rig } from '../rig/rig.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { RedisProxy } from './redis-proxy.js';

/** A process's link to Redis, for all its lives. */
export interface ProxiedLink {
  role: Role;
  name: string;
  proxy: RedisProxy;
}

const nets = new WeakMap<Rig, Promise<ProxiedLink[]>>();

/** A link for each process of the rig, shared by all faults that bend it. To be called before the rig starts. */
export async function proxyNetOf(rig: Rig, random: SeededRandom): Promise<readonly ProxiedLink[]> {
  const known = nets.get(rig);
  if (known) return known;
  const opening = openNet(rig, random);
  nets.set(rig, opening);
  return opening;
}

async function openNet(rig: Rig, random: SeededRandom): Promise<ProxiedLink[]> {
  const port = Number(new URL(rig.redis.url).port);
  const links: ProxiedLink[] = [];
  for (const [role, count] of Object.entries(rig.settings.crew) as [Role, number][]) {
    for (let slot = 1; slot <= count; slot += 1) {
      const name = `${role}-${slot}`;
      const own = random.fork(name);
      links.push({ role, name, proxy: await RedisProxy.open(port, () => own.next()) });
    }
  }
  rig.prepare((launch, role, slot) => {
    const link = links.find(({ name }) => name === `${role}-${slot}`);
    if (link) launch.env['REDIS_URL'] = link.proxy.url;
  });
  return links;
}
