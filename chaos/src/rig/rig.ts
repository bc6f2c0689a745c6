import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvidencePaths } from '../checker/gather.js';
import { findFreePort } from './free-port.js';
import { History } from './history.js';
import { KeptProcess, type Launch, type Life, type Role } from './kept-process.js';
import { SingleRedis, type RedisHost } from './redis.host.js';
import { SentinelRedis } from './sentinel.host.js';

export interface RigSettings {
  /** Everything of the run is below it: Redis' files, the ledger, the history, a log for each process. */
  folder: string;
  shards: number;
  /** How many processes of each role are kept alive. */
  crew: Partial<Record<Exclude<Role, 'witness'>, number>>;
  /** One Redis (the default), or a master and its replica under Sentinels. */
  host?: 'single' | 'sentinels';
  /** COC_WORKER_LOCK_MS: how long a killed worker's tasks wait for it. */
  lockMs: number;
  /** COC_WORKER_CONCURRENCY, for our worker hosts; what the product has when nothing is said. */
  concurrency?: number;
  /** COC_JOB_KEEP_MS: how long a job stays after it ended; an hour when nothing is said. */
  jobKeepMs?: number;
  /** The worker hosts also serve the product's own actions, for its workflows. */
  servesDocuments?: boolean;
}

/** Changes how a process is started, each time it is. */
type Preparation = (launch: Launch, role: Role, slot: number) => void;

const mains: Record<Role, string> = {
  orchestrator: 'apps/orchestrator/src/main.js',
  executor: 'apps/executor/src/main.js',
  recorder: 'apps/recorder/src/main.js',
  worker: 'chaos/src/work/worker-host.process.js',
  'foreign-worker': 'chaos/src/work/foreign-worker.process.js',
  'tenant-door': 'chaos/src/rig/tenant-door.process.js',
  witness: 'chaos/src/witness/witness.process.js',
};
const dist = join(import.meta.dirname, '..', '..', '..');
const keyPrefix = 'coc';
const anHourMs = 3_600_000;

/** One limit for everybody, wide enough that the load passes, narrow enough that it is met. */
const tenantRules = { '*': { maxConcurrentDirectives: 200, maxCostUsdPerDay: 1_000 } };

/** The product as it runs for a user, real processes on a real Redis, with a witness beside it. A fault gets at everything here. */
export class Rig {
  readonly processes: KeptProcess[] = [];
  readonly history: History;
  private readonly preparations: Preparation[] = [];
  private readonly ports = new Map<string, number>();
  private doorUrl = '';
  private witnessUrl = '';

  private constructor(
    readonly settings: RigSettings,
    readonly redis: RedisHost,
  ) {
    this.history = new History(this.path('history.jsonl'));
  }

  /** Redis runs after it; the processes start with `start`, when every fault has had its word. */
  static async open(settings: RigSettings): Promise<Rig> {
    await mkdir(join(settings.folder, 'logs'), { recursive: true });
    const isGroup = settings.host === 'sentinels';
    const rig = new Rig(
      settings,
      isGroup ? await SentinelRedis.open() : await SingleRedis.open(join(settings.folder, 'redis')),
    );
    await writeFile(rig.evidencePaths.glimpses, '');
    return rig;
  }

  path(name: string): string {
    return join(this.settings.folder, name);
  }

  get evidencePaths(): EvidencePaths {
    return {
      history: this.path('history.jsonl'),
      ledger: this.path('ledger.jsonl'),
      queues: this.path('queues.jsonl'),
      glimpses: this.path('glimpses.jsonl'),
    };
  }

  /** The roots of the shards' keys. */
  get roots(): string[] {
    return Array.from({ length: this.settings.shards }, (_, shard) => `{${keyPrefix}:${shard}}`);
  }

  /** Has a fault's word on how each process is started: environment, node arguments. */
  prepare(preparation: Preparation): void {
    this.preparations.push(preparation);
  }

  of(role: Role): KeptProcess[] {
    return this.processes.filter((each) => each.role === role);
  }

  get ownerKeyFile(): string {
    return join(this.path('data'), 'owner.key');
  }

  /** Where the orchestrators answer, for their whole run: a restarted one takes its port again. */
  get urls(): string[] {
    return this.of('orchestrator').map(({ name }) => `http://127.0.0.1:${this.ports.get(name)}`);
  }

  /** Where directives of other tenants go in: `<door>/<tenant>`. */
  get door(): string {
    return this.doorUrl;
  }

  /** The worker queues of actions, one a shard. */
  queuesOf(actions: readonly string[]): { root: string; queue: string }[] {
    const shards = Array.from({ length: this.settings.shards }, (_, shard) => shard);
    return shards.flatMap((shard) =>
      actions.map((action) => ({ root: `{${keyPrefix}:${shard}}`, queue: `${action}.${shard}` })),
    );
  }

  /** Of a directive of any tenant, from its record; undefined while Redis does not say. */
  async stateOf(id: string): Promise<string | undefined> {
    const key = `{${keyPrefix}:${/^d(\d+)_/.exec(id)![1]}}:d:${id}`;
    return (await this.redis.admin.hget(key, 'state').catch(() => undefined)) ?? undefined;
  }

  get lives(): Life[] {
    return this.processes.flatMap(({ lives }) => lives);
  }

  async start(): Promise<void> {
    const witnessPort = await findFreePort();
    this.witnessUrl = `http://127.0.0.1:${witnessPort}`;
    this.keep('witness', 1, [String(witnessPort), this.path('ledger.jsonl')]);
    for (const [role, count] of Object.entries(this.settings.crew) as [Exclude<Role, 'witness'>, number][]) {
      for (let slot = 1; slot <= count; slot += 1) {
        if (role === 'orchestrator') this.ports.set(`${role}-${slot}`, await findFreePort());
        this.keep(role, slot, await this.wordsFor(role));
      }
    }
  }

  /** Ends everything, at once. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map(async (each) => each.stop()));
    await this.redis.stop();
    this.history.close();
  }

  /** For the last resort, when the harness itself is ended: no child outlives it. */
  abandon(): void {
    for (const each of this.processes) each.kill();
    void this.redis.kill();
  }

  private async wordsFor(role: Role): Promise<string[]> {
    if (role === 'worker' && this.settings.servesDocuments) return [this.witnessUrl, 'documents'];
    if (role.endsWith('worker')) return [this.witnessUrl];
    if (role !== 'tenant-door') return [];
    const port = await findFreePort();
    this.doorUrl = `http://127.0.0.1:${port}`;
    return [String(port)];
  }

  private keep(role: Role, slot: number, words: readonly string[]): void {
    const process_ = new KeptProcess({
      role,
      slot,
      command: [join(dist, mains[role]), ...words],
      logFile: this.path(join('logs', `${role}-${slot}.log`)),
      launch: () => this.launchOf(role, slot),
      onEnd: (life) => this.history.add({ kind: 'life', ...lifeEnded(life) }),
    });
    this.processes.push(process_);
    process_.start();
  }

  private launchOf(role: Role, slot: number): Launch {
    const launch: Launch = { nodeArgs: ['--enable-source-maps'], env: this.environmentOf(role, slot) };
    // The witness is nobody's victim: its word is the measure.
    if (role !== 'witness') for (const preparation of this.preparations) preparation(launch, role, slot);
    return launch;
  }

  private environmentOf(role: Role, slot: number): Record<string, string> {
    return {
      REDIS_URL: this.redis.url,
      COC_KEY_PREFIX: keyPrefix,
      COC_SHARDS: String(this.settings.shards),
      COC_PORT: String(this.ports.get(`${role}-${slot}`) ?? 0),
      COC_DATA_DIR: this.path('data'),
      COC_DOCUMENT_ROOTS: '/',
      TRACE_DIR: this.path('traces'),
      COC_WORKER_LOCK_MS: String(this.settings.lockMs),
      COC_TENANTS: JSON.stringify(tenantRules),
      COC_LOG_LEVEL: 'debug',
      ...(this.settings.concurrency === undefined ? {} : { COC_WORKER_CONCURRENCY: String(this.settings.concurrency) }),
      COC_JOB_KEEP_MS: String(this.settings.jobKeepMs ?? anHourMs),
    };
  }
}

function lifeEnded({ name, role, pid, startedAtMs, by, end }: Life): {
  name: string;
  role: string;
  pid: number;
  startedAtMs: number;
  by: string;
  end: string;
} {
  return { name, role, pid, startedAtMs, by: by ?? 'itself', end: end ?? '' };
}
