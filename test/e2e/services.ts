import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DirectiveView, Json, OutputView } from '#libs/contracts';
import { startRedis, type TestRedis } from '#libs/testing';
import type { z } from 'zod';
import { Spawned } from '../setup/spawned.js';

export const root = join(import.meta.dirname, '../..');
const resting = ['COMPLETED', 'PARTIALLY_COMPLETED', 'FAILED', 'TIMEOUT', 'STOPPED', 'CANCELLED', 'ORPHANED'];

/** A Redis, a cluster, or a master under Sentinels. */
export type TestStore = Pick<TestRedis, 'url' | 'stop'>;

/** The built services as real processes on a Redis of their own. */
export class Services<Store extends TestStore = TestRedis> {
  readonly processes: Spawned[] = [];
  url = '';

  private constructor(
    readonly redis: Store,
    readonly dataDir: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async open(settings: Record<string, string> = {}): Promise<Services> {
    return Services.on(await startRedis(), settings);
  }

  /** The place is stopped with them. */
  static async on<Store extends TestStore>(
    redis: Store,
    settings: Record<string, string> = {},
  ): Promise<Services<Store>> {
    return new Services(redis, await mkdtemp(join(tmpdir(), 'coc-e2e-')), settings);
  }

  /** Starts `dist/apps/<app>`; resolves when it says that it is running. */
  async start(
    app: 'orchestrator' | 'executor' | 'workers' | 'recorder',
    settings: Record<string, string> = {},
  ): Promise<Spawned> {
    const env = {
      REDIS_URL: this.redis.url,
      COC_DATA_DIR: this.dataDir,
      COC_DOCUMENT_ROOTS: '/',
      COC_PORT: '0',
      TRACE_DIR: join(this.dataDir, 'traces'),
      ...this.settings,
      ...settings,
    };
    const process_ = Spawned.start(process.execPath, [join(root, `dist/apps/${app}/src/main.js`)], env);
    this.processes.push(process_);
    const line = await process_.line(/is running|take work/);
    if (app === 'orchestrator') this.url = (JSON.parse(line) as { url: string }).url;
    return process_;
  }

  async startAll(): Promise<void> {
    await Promise.all([this.start('workers'), this.start('executor'), this.start('orchestrator')]);
  }

  /** The key that the orchestrator made at its start. */
  async owner(): Promise<{ authorization: string }> {
    const key = await readFile(join(this.dataDir, 'owner.key'), 'utf8');
    return { authorization: `Bearer ${key.trim()}` };
  }

  async send(method: string, path: string, body?: Json): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...(await this.owner()), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  async submit(body: Json): Promise<string> {
    const answer = await this.send('POST', '/directives', body);
    if (answer.status !== 202) throw new Error(JSON.stringify(answer));
    return (answer.body as { id: string }).id;
  }

  /** Asks until the directive rests. */
  async finished(id: string, timeoutMs = 60_000): Promise<DirectiveView> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { body } = await this.send('GET', `/directives/${id}`);
      const view = body as DirectiveView;
      if (resting.includes(view.state)) return view;
      if (performance.now() > deadline)
        throw new Error(
          `${id} is ${view.state}: ${JSON.stringify((await this.send('GET', `/directives/${id}/plan`)).body)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async output(id: string): Promise<Json | null> {
    return ((await this.send('GET', `/directives/${id}/output`)).body as z.infer<typeof OutputView>).output;
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map(async (process_) => process_.kill()));
    await this.redis.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
