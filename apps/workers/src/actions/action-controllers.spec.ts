import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { BullmqTransport, type ServedAction } from '../host/bullmq.transport.js';
import { recordOf } from '../host/publish-actions.js';
import { WorkerHostModule } from '../host/worker-host.module.js';
import { actionControllers } from './action-controllers.js';
import { AgentProvider } from './answer-prompt/agent.provider.js';
import { SourceFolders } from '../documents/source-folders.js';
import { MockProvider } from './answer-prompt/mock.provider.js';

// A catalog that outlives an upgrade refuses another content under a published version, and the host would not start:
// whoever changes a record below gives it a new version, and puts the new line here.
const published = {
  'agent.worker@1': '71d7b4ee4847',
  'docs.answer@1': 'ec3921af45df',
  'docs.collect@1': '39668af00ac3',
  'docs.report@1': '42ea147a00a0',
  'kg.build@1': 'dd7983c66191',
  'rag.embed@1': '6ce1bff6525f',
};

async function servedActions(): Promise<ServedAction[]> {
  let served: readonly ServedAction[] = [];
  const recorder = {
    start: async (actions: readonly ServedAction[]) => void (served = actions),
    stop: async () => undefined,
  };
  const provider = { provide: AgentProvider, useValue: new MockProvider({ seed: 42, failureRate: 0, latencyMs: 0 }) };
  const folders = { provide: SourceFolders, useValue: new SourceFolders({ roots: [], dataDir: '.coc' }) };
  const module = WorkerHostModule.serving(actionControllers, [provider, folders]);
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
    strategy: new BullmqTransport(recorder),
    logger: false,
  });
  await app.listen();
  await app.close();
  return [...served];
}

it('a published version of an action keeps its content', async () => {
  const records = (await servedActions()).map(({ declared }) => recordOf(declared));
  // Whether its workers fetch claims is no part of a version: the catalog keeps the older word.
  const found = records.map(({ claims: _, ...record }) => {
    const hash = createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 12);
    return [`${record.name}@${record.version}`, hash];
  });
  expect(Object.fromEntries(found)).toEqual(published);
});
