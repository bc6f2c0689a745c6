import { localPrincipal, type Principal, type SubmitDirective } from '#libs/contracts';
import { directiveOf } from './directives.js';
import { quantile } from './statistics.js';

/** Submits for a tenant and resolves when the directive is final. */
export type See = (body: SubmitDirective, principal: Principal) => Promise<void>;

export interface TenantTimes {
  idleP99Ms: number;
  floodedP99Ms: number;
  probes: number;
  /** Directives of the flooding tenant that were done while the others were measured. */
  flooded: number;
}

const quietTenants = 19;
const probesPerTenant = 20;
const betweenProbesMs = 250;
/** Directives that the flooding tenant always has open. */
const floodWidth = 2_000;

const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const principalOf = (tenant: string): Principal => ({ ...localPrincipal, tenant });

/** Milliseconds from submit to end of each probe of each quiet tenant, one after the other with pauses between. */
async function probeAll(see: See): Promise<number[]> {
  const body = directiveOf(1);
  const one = async (at: number): Promise<number[]> => {
    const times: number[] = [];
    await pause((at * betweenProbesMs) / quietTenants);
    for (let probe = 0; probe < probesPerTenant; probe += 1) {
      const startedAt = performance.now();
      await see(body, principalOf(`quiet-${at}`));
      times.push(performance.now() - startedAt);
      await pause(betweenProbesMs);
    }
    return times;
  };
  return (await Promise.all(Array.from({ length: quietTenants }, async (_, at) => one(at)))).flat();
}

/** Opens the next directive as one ends, until stopped. */
function startFlood(see: See): { done: () => number; stop: () => Promise<void> } {
  const flow = { isStopped: false, done: 0 };
  const body = directiveOf(1);
  const flood = async (): Promise<void> => {
    while (!flow.isStopped) {
      await see(body, principalOf('flood'));
      flow.done += 1;
    }
  };
  const lanes = Array.from({ length: floodWidth }, flood);
  return {
    done: () => flow.done,
    stop: async () => {
      flow.isStopped = true;
      await Promise.all(lanes);
    },
  };
}

/** What 19 tenants see of a twentieth that never has fewer than 2,000 directives open, against what they see alone. */
export async function measureTenants(see: See): Promise<TenantTimes> {
  const idle = await probeAll(see);
  const flood = startFlood(see);
  // The burst itself is over when as many as it opened with are done.
  while (flood.done() < floodWidth / 2) await pause(50);
  const before = flood.done();
  const flooded = await probeAll(see);
  const during = flood.done() - before;
  await flood.stop();
  return {
    idleP99Ms: quantile(idle, 0.99),
    floodedP99Ms: quantile(flooded, 0.99),
    probes: flooded.length,
    flooded: during,
  };
}
