import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadCliEnv, loadEnv, ownerKeyFile } from '#libs/config';
import type { Embedded, EmbeddedOptions } from '../chain-of-command.d.ts';
import { projectRoot } from './project-root.js';
import { EmbeddedStartError } from './sdk-error.js';

/** Its owner is this process. */
export interface OwnEmbedded extends Embedded {
  ownerKey: string;
}

/** What launch/redis.mjs gives; it is plain JavaScript because it runs before anything is installed. */
interface LaunchedRedis {
  url: string;
  stop(): Promise<void>;
  /** A sentence when our own Redis ended unasked; null when it was asked. */
  died?: Promise<string | null>;
}

// BullMQ and Nest load ESM from CommonJS; the same floor as the launcher's.
const nodeFloor = '24.11.1';

/** All services in this process, on a Redis that is given, named by REDIS_URL or started as the launcher does. */
export async function bootHere({ redisUrl, dataDir, port }: EmbeddedOptions): Promise<OwnEmbedded> {
  checkNode();
  const folder = resolve(dataDir ?? loadCliEnv().dataDir ?? join(projectRoot(), '.coc'));
  const redis = redisUrl === undefined ? await launchRedis(folder) : { url: redisUrl, stop: async () => undefined };
  try {
    const { bootEmbedded } = await import('../../embedded/src/index.js');
    const services = await bootEmbedded(settings(redis.url, folder, port));
    const { url, ownerKey } = services;
    return { url, ownerKey, close: async () => endAll([async () => services.close(), async () => redis.stop()]) };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}

function checkNode(): void {
  const { node } = process.versions;
  if (node.localeCompare(nodeFloor, 'en', { numeric: true }) >= 0) return;
  throw new EmbeddedStartError({
    code: 'NODE_TOO_OLD',
    message: `the services need Node ${nodeFloor} or newer, and this is ${node}`,
    next: 'run the program with a newer Node, or start the server with "npm start" and leave "embedded" out',
  });
}

function settings(redisUrl: string, dataDir: string, port: number | undefined) {
  const defaults = { COC_LOG_LEVEL: 'warn', COC_PORT: '0', TRACE_DIR: join(projectRoot(), 'out', 'traces') };
  const env = loadEnv(undefined, defaults);
  return {
    ...env,
    dataDir,
    identity: env.identity.isOwnerKeyGiven ? env.identity : { ...env.identity, ownerKeyFile: ownerKeyFile(dataDir) },
    redis: { ...env.redis, url: redisUrl },
    http: { ...env.http, port: port ?? env.http.port },
  };
}

async function launchRedis(dataDir: string): Promise<LaunchedRedis> {
  const file = pathToFileURL(join(projectRoot(), 'launch', 'redis.mjs')).href;
  const launcher = (await import(file)) as { ensureRedis(where: { dataDir: string }): Promise<LaunchedRedis> };
  const redis = await launcher.ensureRedis({ dataDir });
  void redis.died?.then((sentence) => sentence !== null && process.emitWarning(sentence));
  return redis;
}

/** Each in turn, also after one that failed: a Redis must not be left behind. */
async function endAll([first, ...others]: (() => Promise<void>)[]): Promise<void> {
  try {
    await first?.();
  } finally {
    if (others.length > 0) await endAll(others);
  }
}
