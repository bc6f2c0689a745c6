import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IdentitySettings } from '#libs/config';
import { CocError, limits } from '#libs/contracts';
import type { RateRule } from '#libs/state';
import type { Access } from '../http/access.js';
import { repeatIt } from '../http/problem.js';
import type { Authenticator } from './authenticator.js';
import { unauthenticated, type Caller } from './caller.js';
import type { RateGate } from './rate-gate.js';

const minuteMs = 60_000;

/** Served beside the API, by the router's own names: how a path is spelt changes nothing. */
function isOfDocs(route: string): boolean {
  return route === '/docs' || route === '/docs-json' || route.startsWith('/docs/');
}

/** A request on its way through the gate. */
export type GatedRequest = FastifyRequest & { caller?: Caller };

interface GateParts {
  authenticator: Authenticator;
  rates: RateGate;
  settings: Pick<IdentitySettings, 'rates' | 'limitsOwner'>;
}

/**
 * Who asks, and whether he asks too often: known before a byte of the body is read. What a route does not declare open is closed, be it a
 * route of Nest or not; which role may call it is the access guard's to say.
 */
export class FrontGate {
  constructor(private readonly parts: GateParts) {}

  guard(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request, reply) => this.pass(request, reply));
  }

  private async pass(request: GatedRequest, reply: FastifyReply): Promise<void> {
    if (request.is404 || isOpen(request)) return;
    const caller = await withinTime(this.identify(request));
    request.caller = caller;
    if (!caller.isOwner || this.parts.settings.limitsOwner) await this.count(caller, request, reply);
  }

  private async identify(request: FastifyRequest): Promise<Caller> {
    const { authenticator, rates } = this.parts;
    const refused = this.refusedFrom(addressOf(request));
    // Whoever is known here already is not kept out by what others at his address try.
    if (!authenticator.knows(request.headers)) rates.refuseIfEmpty(refused, tooManyRefused);
    try {
      return await authenticator.identify(request.headers);
    } catch (error) {
      const isCounted = error instanceof CocError && error.code === 'UNAUTHENTICATED' && request.headers.authorization;
      if (isCounted) await rates.take(refused, tooManyRefused);
      throw error;
    }
  }

  private async count({ principal }: Caller, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { rates, settings } = this.parts;
    const { tenant, actor } = principal;
    const byActor = perMinute(`actor:${actor}`, settings.rates.actor, tenant);
    const address = addressOf(request);
    await rates.take(perMinute(`address:${address}`, settings.rates.address), `requests from ${address}`);
    await rates.take(perMinute('tenant', settings.rates.tenant, tenant), `requests of the tenant ${tenant}`);
    await rates.take(byActor, `requests of ${actor}`);
    const standing = rates.standing(byActor);
    if (standing) void reply.header('ratelimit-policy', standing.policy).header('ratelimit', standing.state);
  }

  private refusedFrom(address: string): RateRule {
    return perMinute(`refused:${address}`, this.parts.settings.rates.refused);
  }
}

const tooManyRefused = 'credentials from this address that are not good';

function isOpen({ routeOptions }: FastifyRequest): boolean {
  const { access } = routeOptions.config as { access?: Access };
  return access === 'anyone' || isOfDocs(routeOptions.url ?? '');
}

function perMinute(name: string, max: number, tenant?: string): RateRule {
  return { name, max, perMs: minuteMs, tenant };
}

/** An IPv4 address is one, however the socket says it. */
function addressOf({ ip }: FastifyRequest): string {
  return ip.replace(/^::ffff:(?=\d+\.)/, '');
}

/** Commands wait for a Redis that is away; whoever asked gets an answer all the same. */
async function withinTime<T>(question: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const message = `who asks could not be looked up in ${limits.answerWithinMs / 1_000} s; ${repeatIt}`;
  const timer = setTimeout(() => reject(new CocError('UNAVAILABLE', message)), limits.answerWithinMs);
  return Promise.race([question, late]).finally(() => clearTimeout(timer));
}

/** Who asks. Throws where the gate let somebody through unknown. */
export function callerOf(request: { caller?: Caller }): Caller {
  if (request.caller) return request.caller;
  throw unauthenticated('send "Authorization: Bearer <key or token>"');
}
