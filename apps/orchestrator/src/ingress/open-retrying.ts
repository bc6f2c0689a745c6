import {
  CheckpointStore,
  KeptReader,
  RequestReader,
  ScriptRunner,
  StoryReader,
  type ArtifactStore,
  type DirectiveOrders,
  type DirectiveReader,
  type Installation,
  type PayloadStore,
} from '#libs/state';
import type { House } from '#libs/policy';
import type { WorkflowLibrary } from '../decide/workflow.library.js';
import type { CatalogSnapshot } from './catalog-snapshot.js';
import { CheckpointDesk } from './checkpoint.desk.js';
import type { DryPlanner } from './dry-planner.js';
import { ResumeDesk } from './resume.desk.js';
import { RetryDesk } from './retry.desk.js';
import { RetryPlanner } from './retry.planner.js';

interface RetrySources {
  payloads: PayloadStore;
  orders: DirectiveOrders;
  reader: DirectiveReader;
  artifacts: ArtifactStore;
  dryPlanner: DryPlanner;
  catalog: CatalogSnapshot;
  workflows: WorkflowLibrary;
  house: House;
}

export interface Retrying {
  checkpoints: CheckpointDesk;
  retries: RetryDesk;
  resumes: ResumeDesk;
  retryPlanner: RetryPlanner;
}

/** What checkpoints, retries and their dry runs are made of. */
export function openRetrying({ redis, keys }: Installation, sources: RetrySources): Retrying {
  const { payloads, orders, reader, artifacts, catalog } = sources;
  const checkpoints = new CheckpointDesk(reader, new CheckpointStore(redis, new ScriptRunner(redis), keys));
  const requests = new RequestReader(redis, keys, payloads);
  const works = new KeptReader({ redis, keys, payloads, artifacts });
  const resumes = new ResumeDesk(checkpoints, new StoryReader(redis, keys), works, requests);
  const retries = new RetryDesk(orders, requests, catalog);
  return {
    checkpoints,
    retries,
    resumes,
    retryPlanner: new RetryPlanner({ ...sources, retries, resumes }),
  };
}
