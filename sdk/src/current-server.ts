import { join } from 'node:path';
import { findServer, type ServerAddress } from '#libs/client';
import { loadCliEnv } from '#libs/config';
import { failureOf } from './failure-of.js';
import { projectRoot } from './project-root.js';

/** An embedded server, and the key of its owner, which is this process. */
export interface EmbeddedAddress {
  url: string;
  ownerKey: string;
}

const nowhere = Promise.resolve(undefined);
let embedded: Promise<EmbeddedAddress | undefined> = nowhere;
/** The one that is up. */
let known: EmbeddedAddress | undefined;
const listeners = new Set<(isThere: boolean) => void>();

const tellAll = (isThere: boolean) => listeners.forEach((listener) => listener(isThere));

/** An embedded server of this process may come, at the address that is promised; everybody without an address waits for it. */
export function expectEmbedded(address: Promise<EmbeddedAddress | undefined>): void {
  embedded = address.catch(() => undefined);
  void embedded.then(rememberEmbedded);
}

function rememberEmbedded(it: EmbeddedAddress | undefined): void {
  known = it;
  if (it !== undefined) tellAll(true);
}

/** It goes: from here on others are looked for. */
export function forgetEmbedded(): void {
  embedded = nowhere;
  known = undefined;
  tellAll(false);
}

export function onEmbedded(listener: (isThere: boolean) => void): void {
  listeners.add(listener);
}

/** The given address, else the embedded server, else as `coc` finds it. Throws ServerUnreachableError for an address that is none. */
export async function currentServer(url?: string): Promise<ServerAddress> {
  // A program that subscribes first and starts its server in the next line means that server.
  await nowhere;
  const own = url === undefined ? await embedded : url === known?.url ? known : undefined;
  return own === undefined ? runningServer(url) : addressOfEmbedded(own);
}

export function addressOfEmbedded({ url, ownerKey }: EmbeddedAddress): ServerAddress {
  return { url, saidBy: 'startEmbedded', apiKey: ownerKey };
}

/** The same without an embedded one. */
export async function runningServer(url?: string): Promise<ServerAddress> {
  try {
    const env = loadCliEnv();
    return await findServer({
      option: url === undefined ? undefined : { url, name: 'url' },
      variable: env.url,
      apiKey: env.apiKey,
      // The launcher's own default, wherever the program runs.
      dataDir: env.dataDir ?? join(projectRoot(), '.coc'),
    });
  } catch (error) {
    throw failureOf(error);
  }
}
