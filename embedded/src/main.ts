import 'reflect-metadata';
import { join } from 'node:path';
import { projectRoot } from '#apps/cli';
import { loadCliEnv, loadEnv, type Env } from '#libs/config';
import { createLogger, runServiceProcess, withHealthServer } from '#libs/telemetry';
import { bootEmbedded } from './boot-embedded.js';
import { readOptions } from './embedded-options.js';
import { runDocsDemo } from './index-docs.demo.js';

// One person on his own machine is not asked about himself.
const defaults = { COC_LOG_LEVEL: 'warn', TRACE_DIR: join(projectRoot(), 'out', 'traces'), LOCAL_ALLOW_HIGH: '1' };

/** His documents are his to read; where others have keys too, COC_DOCUMENT_ROOTS says which are open to them. */
function withOwnDocuments(env: Env): Env {
  const { identity, worker } = env;
  if (identity.mode !== 'local' || worker.documentRoots.length > 0) return env;
  return { ...env, worker: { ...worker, documentRoots: ['/'] } };
}

const service = await runServiceProcess(async () => {
  const options = readOptions(process.argv.slice(2), join(projectRoot(), 'docs'));
  const env = withOwnDocuments(loadEnv(undefined, defaults));
  const services = await withHealthServer(await bootEmbedded(env), env.health, createLogger('embedded', env.logLevel));
  return { ...services, options, asksForHigh: !env.house.allowHighRisk };
});

const { color, canMoveCursor } = loadCliEnv();
const { options, url, asksForHigh } = service;

/** A demo that cannot run is no reason to take the services down. */
async function runDemo(): Promise<boolean> {
  try {
    return await runDocsDemo(service, options, { color, canMoveCursor });
  } catch (error) {
    process.stderr.write(`The demo could not run: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

const isDone = !options.demo || (await runDemo());
if (options.once) {
  await service.close();
  process.exit(isDone ? 0 : 1);
}
process.stdout.write(`\nChain of Command is up at ${url}. Ctrl-C stops it.\n`);
if (!asksForHigh) process.stdout.write('Tasks of high risk start without asking you; LOCAL_ALLOW_HIGH=0 asks.\n');
