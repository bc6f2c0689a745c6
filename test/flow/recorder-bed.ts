import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ActionRecord, type TraceEvent } from '#libs/contracts';
import type { Env } from '#libs/config';
import { openRedis } from '#libs/redis';
import type { Logger, RunningService } from '#libs/telemetry';
import { bootRecorder } from '#apps/recorder';
import { createRecorderContext, type RecorderContext } from '../../apps/recorder/src/recorder.context.js';
import { RecordingSession } from '../../apps/recorder/src/recording.session.js';
import { TraceFolder } from '../../apps/recorder/src/trace/trace-folder.js';
import { RoomsBed } from './rooms-bed.js';

type Line = TraceEvent & { installation?: string; positions?: Record<string, string>; after?: string };

/** Directives that write many events in a few scripts, and the recorder with its trace in a temporary folder. */
export class RecorderBed {
  readonly folder: TraceFolder;
  readonly said: string[] = [];
  readonly logger: Logger;
  readonly context: RecorderContext;
  readonly running = new Set<RunningService>();

  private constructor(
    readonly rooms: RoomsBed,
    readonly dir: string,
  ) {
    this.folder = new TraceFolder(dir);
    this.logger = pino({ level: 'info' }, { write: (line: string) => void this.said.push(line) });
    this.context = createRecorderContext(this.env, this.logger, openRedis({ url: rooms.env.redis.url }), this.folder);
  }

  static async open(settings: Record<string, string> = {}): Promise<RecorderBed> {
    const dir = await mkdtemp(join(tmpdir(), 'coc-trace-'));
    const rooms = await RoomsBed.open({ TRACE_DIR: dir, COC_DATA_DIR: `${dir}.data`, ...settings });
    await rooms.catalog.publish(ActionRecord.parse({ name: 'demo.echo' }));
    return new RecorderBed(rooms, dir);
  }

  get env(): Env {
    return this.rooms.env;
  }

  async start(env: Env = this.env): Promise<RunningService> {
    const service = await bootRecorder(env, this.logger);
    this.running.add(service);
    return service;
  }

  async stop(service: RunningService): Promise<void> {
    this.running.delete(service);
    await service.close();
  }

  /** A recorder that starts, records all there is, and is gone: without the process around it. */
  async recordOnce(limits: Partial<Env['trace']> = {}): Promise<void> {
    const env = { ...this.env, trace: { ...this.env.trace, ...limits } };
    const turn = { isOurs: async () => true, release: async () => undefined };
    const session = await RecordingSession.open({ ...this.context, env }, turn, {
      read: () => undefined,
      round: () => undefined,
    });
    session.finish();
    try {
      await session.run();
    } finally {
      await session.close();
    }
  }

  /** A directive that is accepted and cancelled: 4 events, and one more a task. */
  async directive({ tasks = 3, shard = 0 } = {}): Promise<string> {
    const plan = Array.from({ length: tasks }, (_, at) => ({
      id: `task-${at}`,
      action: 'demo.echo',
      input: `é\n${at}`,
    }));
    const id = await this.rooms.accept(plan, { shard });
    await this.rooms.store.cancel(id);
    while (await this.rooms.store.closeChunk(id));
    return id;
  }

  /** Every line of the trace, the oldest file first. */
  async lines(): Promise<Line[]> {
    const text = (await Promise.all((await this.files()).map(async (file) => readFile(file, 'utf8')))).join('');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }

  async events(): Promise<Line[]> {
    return (await this.lines()).filter(({ type }) => !type.startsWith('recorder.'));
  }

  async files(): Promise<string[]> {
    return [...(await this.folder.full()), this.folder.current];
  }

  /** Waits until so many events are recorded. */
  async recorded(count: number, timeoutMs = 15_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = await this.events().catch(() => []);
      if (found.length >= count) return;
      if (performance.now() > deadline) throw new Error(`${found.length} of ${count} recorded; ${this.said.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async says(pattern: RegExp, timeoutMs = 15_000): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.said.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`never said ${String(pattern)}; said ${this.said.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What is in the streams, told as the trace should tell it: by directive, in order of `seq`. */
  async told(ids: readonly string[]): Promise<Record<string, string[]>> {
    const stories = await Promise.all(ids.map(async (id) => this.rooms.events(id)));
    return Object.fromEntries(
      ids.map((id, at) => [
        id,
        stories[at]!.map(({ type, task, data }, index) => `${index + 1} ${type} ${task} ${JSON.stringify(data)}`),
      ]),
    );
  }

  /** What the trace tells, in the order of its lines: a gap, a duplicate or a wrong order makes it differ from `told`. */
  async retold(): Promise<Record<string, string[]>> {
    const byDirective = Object.groupBy(await this.events(), ({ directive }) => directive);
    return Object.fromEntries(
      Object.entries(byDirective).map(([id, lines]) => [
        id,
        lines!.map(({ seq, type, task, data }) => `${seq} ${type} ${task ?? ''} ${JSON.stringify(data)}`),
      ]),
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map(async (service) => this.stop(service)));
    this.context.redis.disconnect();
    this.context.blocking.disconnect();
    await this.rooms.close();
    for (const dir of [this.dir, this.env.dataDir]) await rm(dir, { recursive: true, force: true });
  }
}
