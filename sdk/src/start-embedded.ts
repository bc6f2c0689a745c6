import { CocClient, type ServerAddress } from '#libs/client';
import type { Embedded, EmbeddedOptions } from '../chain-of-command.d.ts';
import { bootHere, type OwnEmbedded } from './boot-here.js';
import { addressOfEmbedded, expectEmbedded, forgetEmbedded, runningServer } from './current-server.js';
import { EmbeddedStartError } from './sdk-error.js';

/** A server for as long as a caller needs it. */
export interface ServerLease {
  server: ServerAddress;
  release(): Promise<void>;
}

// A server on this machine answers in milliseconds, or its port is closed.
const answerWithinMs = 5_000;

/** What the program started by `startEmbedded`. */
let owned: Promise<OwnEmbedded> | undefined;
/** What `embedded: true` started: none when a server answered. The last user ends it. */
let shared: { users: number; embedded: Promise<OwnEmbedded | undefined> } | undefined;
/** The end of the one before: two on one data folder would be refused. */
let ending: Promise<void> = Promise.resolve();

/** All services in this process; one at a time, for they are the default server of everybody in it. */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<Embedded> {
  if (owned !== undefined || shared !== undefined) {
    const message = 'this process has an embedded server already';
    throw new EmbeddedStartError({ code: 'EMBEDDED_RUNNING', message, next: 'use that one, or close it first' });
  }
  const starting = boot(options, () => (owned = undefined));
  owned = starting;
  expectEmbedded(starting);
  return starting.catch((error: unknown) => {
    owned = undefined;
    throw error;
  });
}

/** The server that answers; when none does, an embedded one, which all callers share. */
export async function leaseServer(url?: string): Promise<ServerLease> {
  if (owned !== undefined) return { server: addressOfEmbedded(await owned), release: async () => undefined };
  if (shared === undefined) {
    const embedded = bootUnlessAnswered(url);
    shared = { users: 0, embedded };
    // Before anything is known: who subscribed in the line before waits for this server too.
    expectEmbedded(embedded);
  }
  const mine = shared;
  mine.users += 1;
  const release = async (): Promise<void> => {
    mine.users -= 1;
    if (mine.users > 0) return;
    shared = undefined;
    await mine.embedded.then(
      (it) => it?.close(),
      () => undefined,
    );
  };
  try {
    const embedded = await mine.embedded;
    return { server: embedded === undefined ? await runningServer(url) : addressOfEmbedded(embedded), release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function bootUnlessAnswered(url: string | undefined): Promise<OwnEmbedded | undefined> {
  await ending;
  const client = new CocClient(await runningServer(url), AbortSignal.timeout(answerWithinMs));
  const answer = await client.readiness().catch(() => undefined);
  // Not ready is an answer of ours too: it waits for its Redis.
  if (answer?.status === 200 || answer?.status === 503) return undefined;
  return boot({}, () => undefined);
}

/** `close` may be called again; `onClose` hears of the first time. */
async function boot(options: EmbeddedOptions, onClose: () => void): Promise<OwnEmbedded> {
  await ending;
  const embedded = await bootHere(options).catch((cause: unknown) => {
    throw startError(cause);
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    onClose();
    forgetEmbedded();
    const end = embedded.close();
    ending = end.catch(() => undefined);
    return end;
  };
  return { url: embedded.url, ownerKey: embedded.ownerKey, close: async () => (closing ??= close()) };
}

function startError(cause: unknown): EmbeddedStartError {
  if (cause instanceof EmbeddedStartError) return cause;
  const message = `the services cannot start in this process: ${cause instanceof Error ? cause.message : String(cause)}`;
  const next = 'put that right, or start the server with "npm start" and use it';
  return new EmbeddedStartError({ code: 'EMBEDDED_START', message, next, cause });
}
