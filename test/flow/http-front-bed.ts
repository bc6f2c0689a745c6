import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootOrchestrator, type RunningOrchestrator } from '#apps/orchestrator';
import { DirectiveView, PlanView, type Json, type TaskView } from '#libs/contracts';
import { openArtifactStore, type ArtifactStore } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { assertDescribed } from './described-answers.js';
import { problemOf, type HttpAnswer } from './http-bed.js';
import { RoomsBed } from './rooms-bed.js';

/** What Redis holds that changes without any request: BullMQ's own upkeep, the trimming of its events, the readiness probe, an executor's heartbeat, how far events were read for webhooks, how many requests were made and when keys were last used, and what it puts off of jobs that workers hold. */
const upkeep =
  /:(stalled-check|meta|executor|permits|hooked|hookreader|discard|keys|rate:.*|probe(:[\w-]+)?|[\w-]+\.[\w-]+\.\d+:events)$/;

/** The owner's key of each bed: known before there is one, as a key in a file may be. */
export const bedOwnerKey = `coc_owner_${'b'.repeat(43)}`;

export interface Refusal {
  status: number;
  code: string;
  detail: string;
  pointers: string[];
  /** Keys of Redis that hold something else than before. */
  changed: string[];
  bytes: number;
}

/** The orchestrator over real HTTP in front of the whole line of rooms: a real executor, workers without our libraries. */
export class HttpFront {
  readonly artifacts: ArtifactStore;

  private constructor(
    readonly rooms: RoomsBed,
    readonly app: RunningOrchestrator,
    private readonly folder: string,
  ) {
    this.artifacts = openArtifactStore(rooms.env.artifacts);
  }

  /** What the bed shows the server unless a test says otherwise. */
  get owner(): Record<string, string> {
    return { authorization: `Bearer ${this.app.ownerKey}` };
  }

  static async open(settings: Record<string, string> = {}): Promise<HttpFront> {
    const folder = await mkdtemp(join(tmpdir(), 'coc-front-'));
    await writeFile(join(folder, 'owner.key'), bedOwnerKey, { mode: 0o600 });
    const rooms = await RoomsBed.open({ COC_PORT: '0', COC_DATA_DIR: folder, COC_LOG_LEVEL: 'silent', ...settings });
    const app = await bootOrchestrator(rooms.env, createLogger('orchestrator', rooms.env.logLevel));
    return new HttpFront(rooms, app, folder);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.rooms.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A path below /api/v1; a body is sent as JSON. */
  async call(
    method: string,
    path: string,
    body?: Json,
    headers: Record<string, string> = {},
  ): Promise<HttpAnswer & { bytes: Buffer }> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${this.app.url}/api/v1${path}`, {
      method,
      headers: { ...this.owner, ...type, ...headers },
      ...content,
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    const json = isJson ? (JSON.parse(text) as Json) : null;
    const answer = { status: response.status, headers: response.headers, text, json, bytes };
    assertDescribed(method, `/api/v1${path}`, answer);
    return answer;
  }

  async get<T = Json>(path: string): Promise<T> {
    const answer = await this.call('GET', path);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    return answer.json as T;
  }

  async submit(body: Json, headers: Record<string, string> = {}): Promise<string> {
    const answer = await this.call('POST', '/directives', body, headers);
    if (answer.status !== 202) throw new Error(`refused with ${answer.status}: ${answer.text}`);
    return (answer.json as { id: string }).id;
  }

  async directive(id: string): Promise<DirectiveView> {
    return DirectiveView.parse(await this.get(`/directives/${id}`));
  }

  /** Submits and waits until the directive rests. */
  async run(body: Json): Promise<DirectiveView> {
    const id = await this.submit(body);
    await this.rooms.finished(id);
    return this.directive(id);
  }

  /** Its tasks by id. */
  async tasks(id: string): Promise<Map<string, TaskView>> {
    const { items } = PlanView.parse(await this.get(`/directives/${id}/plan`));
    return new Map(items.map((task) => [task.id, task]));
  }

  /** Sends what must be refused. Throws when the answer is no proper problem. */
  async refusal(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Refusal> {
    const before = await this.fingerprint();
    const answer = await this.call(method, path, body, headers);
    const after = await this.fingerprint();
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (name) => before.get(name) !== after.get(name),
    );
    const { status, code, type, instance, detail, errors = [] } = problemOf(answer);
    const isProper =
      status === answer.status &&
      type === `/docs/errors#${code}` &&
      instance === `/api/v1${path.split('?', 1)[0]}` &&
      answer.headers.get('cache-control') === 'no-store' &&
      !/\n\s+at |node_modules|ReplyError|WRONGTYPE|user_script/.test(answer.text);
    if (!isProper) throw new Error(`not a proper problem: ${answer.status} ${answer.text}`);
    const pointers = errors.map(({ pointer }) => pointer);
    return { status, code, detail, pointers, changed, bytes: answer.bytes.byteLength };
  }

  /** Every key of Redis with what it holds: what a refused request must leave as it was. */
  async fingerprint(): Promise<Map<string, string>> {
    const names = (await this.rooms.redis.keys('*')).filter((name) => !upkeep.test(name));
    return new Map(await Promise.all(names.map(async (name) => [name, await this.contentOf(name)] as const)));
  }

  /** Not DUMP: a look into a hash may move its table on, and the bytes differ though nothing was written. */
  private async contentOf(name: string): Promise<string> {
    const { redis } = this.rooms;
    const reads: Record<string, () => Promise<unknown>> = {
      hash: async () => sorted(Object.entries(await redis.hgetall(name)).map((pair) => JSON.stringify(pair))),
      set: async () => sorted(await redis.smembers(name)),
      zset: async () => redis.zrange(name, '0', '-1', 'WITHSCORES'),
      list: async () => redis.lrange(name, 0, -1),
      stream: async () => redis.xrange(name, '-', '+'),
      string: async () => redis.get(name),
    };
    return createHash('sha1')
      .update(JSON.stringify(await reads[await redis.type(name)]?.()) ?? '')
      .digest('hex');
  }
}

export function sorted(texts: readonly string[]): string[] {
  return texts.toSorted((left, right) => (left < right ? -1 : Number(left > right)));
}

/** Asks until the answer is the wanted one. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isIt: (answer: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    if (performance.now() > deadline) throw new Error(`not in ${timeoutMs} ms; the last answer: ${show(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function show(answer: unknown): string {
  return JSON.stringify(answer instanceof Map ? [...answer.values()] : answer);
}
