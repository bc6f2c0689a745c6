import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { CocError } from '#libs/contracts';
import { isPublicAddress } from './judge-address.js';

const resolveWithinMs = 5_000;

/** Where webhooks may go: to public addresses over https; and to hosts that the operator names, at any address. */
export class HookAddress {
  constructor(private readonly allowPrivate: readonly string[]) {}

  /** By the text alone. Throws WEBHOOK_REFUSED. */
  parse(text: string): URL {
    const url = URL.parse(text);
    if (!url) throw refused('is not a URL');
    if (url.username !== '' || url.password !== '') throw refused('has a name or a password in it');
    const isAllowed = this.isAllowed(url);
    if (url.protocol !== 'https:' && !(isAllowed && url.protocol === 'http:'))
      throw refused('does not begin with https');
    // A socket to an address in figures looks nothing up.
    const host = hostOf(url);
    if (!isAllowed && isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic();
    return url;
  }

  /** Also what the name stands for just now. Throws WEBHOOK_REFUSED. */
  async check(text: string): Promise<void> {
    const url = this.parse(text);
    if (this.isAllowed(url) || isIP(hostOf(url)) !== 0) return;
    const addresses = await withinTime(
      new Promise<LookupAddress[]>((done, fail) => {
        resolve(url.hostname, { all: true }, (error, found) => (error ? fail(error) : done(found)));
      }),
    ).catch(() => []);
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) throw notPublic();
  }

  /** For the socket that posts to it: what the name stands for then must be public too, whatever it stood for before. */
  lookupFor(url: URL): LookupFunction {
    const isAllowed = this.isAllowed(url);
    return (host: string, options: LookupOptions, done): void => {
      resolve(host, { ...options, all: true }, (error, found) => {
        if (isAllowed && error) return done(error, '', 0);
        const isFit =
          isAllowed || (!error && found.length > 0 && found.every(({ address }) => isPublicAddress(address)));
        // One text for both: the log of deliveries tells nobody which names there are inside.
        if (!isFit) return done(new Error(`${host} is not known, or stands for an address that is not public`), '', 0);
        if (options.all) return done(null, found);
        return done(null, found[0]!.address, found[0]!.family);
      });
    };
  }

  private isAllowed(url: URL): boolean {
    return this.allowPrivate.includes(hostOf(url));
  }
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function refused(reason: string): CocError {
  return new CocError('WEBHOOK_REFUSED', `the webhook's URL ${reason}`);
}

/** The same for a name that is not known: nobody learns here which names there are inside. */
function notPublic(): CocError {
  return refused('is not at a public address');
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('not in time')), resolveWithinMs);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
