import type { DirectiveFiles, RunningExecutor } from '#apps/executor';
import type { Json } from '#libs/contracts';
import { loadEnv } from '#libs/config';
import { eventually, type HttpFront } from './http-front-bed.js';

/** What stays by design: see docs/redis-keys.md. */
const stays = [
  // The heartbeat of an executor that is at work.
  /:executor$/,
  /^\{coc:g\}:/,
  // Kept for their time, by key: Idempotency-Keys, totals of days, turns under rates, returns that may be told again.
  /^\{coc:t:local\}:(idem|spent:day|full:rate|freed:rate|holders:rate|returned):/,
  // The queues themselves, and what happened in them lately.
  /:[\w-]+\.[\w-]+\.\d+:(meta|id|events|stalled-check|stalled|marker)$/,
  // Windows: of queues in which tasks stood in line within the last minute.
  /^\{coc:\d+\}:(events|hooked|queues|control|windows|probe.*)$/,
];

/** An executor that keeps everything, and then one that keeps nothing, on the same Redis. */
export class RunningRetention {
  private executor: RunningExecutor | undefined;
  private readonly gates = new Map<string, PromiseWithResolvers<void>>();

  constructor(private readonly front: HttpFront) {}

  async serve(): Promise<void> {
    const { rooms, artifacts } = this.front;
    await rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    await rooms.serve({ name: 'test.talk', effect: 'pure' }, async (_, job) => job.log('a line of the log'));
    await rooms.serve({ name: 'test.fails', effect: 'pure' }, async () => Promise.reject(new Error('it fails')));
    await rooms.serve({ name: 'test.risky', effect: 'pure', risk: 'high' }, async () => 'done');
    await rooms.serve({ name: 'test.rated', effect: 'pure', rate: { limit: 50, perMs: 100 } }, async () => 'done');
    await rooms.serve({ name: 'test.paid', effect: 'pure', maxCostUsd: 0.2 }, async () => ({
      output: 'done',
      usage: { costUsd: 0.1 },
    }));
    await rooms.serve({ name: 'test.second', effect: 'pure' }, async ({ attempt }, job) => {
      await job.log(`attempt ${attempt}`);
      if (attempt === 1) throw new Error('the first one fails');
      return attempt;
    });
    await rooms.serve(
      { name: 'test.waits', effect: 'pure' },
      async ({ directiveId }) => this.gate(directiveId).promise,
    );
    await rooms.serve({ name: 'test.files', effect: 'pure' }, async ({ directiveId }) => {
      const stored = await artifacts.put('local', directiveId, 'a report');
      return { output: 'done', artifacts: [{ ...stored, name: 'report.txt', mimeType: 'text/plain' }] };
    });
  }

  async atWork(): Promise<void> {
    await this.stop();
    this.executor = await this.front.rooms.startExecutor();
  }

  async stop(): Promise<void> {
    if (this.executor) await this.front.rooms.stopExecutor(this.executor);
    this.executor = undefined;
  }

  async answered(answer: 'approve' | 'deny'): Promise<string> {
    const id = await this.front.submit({ tasks: [{ id: 'a', action: 'test.risky' }] });
    await this.front.rooms.until(id, ({ type }) => type === 'task.held');
    const { digest } = await this.front.get<{ digest: string }>(`/approvals/${id}.0`);
    const body: Json = answer === 'approve' ? { digest } : {};
    const decided = await this.front.call('POST', `/approvals/${id}.0/${answer}`, body, { 'coc-actor': 'another' });
    if (decided.status !== 200) throw new Error(decided.text);
    return id;
  }

  async cancelled(tasks: Json): Promise<string> {
    const id = await this.front.submit({ tasks });
    await this.front.rooms.until(id, ({ type }) => type === 'task.held' || type === 'task.started');
    await this.front.call('POST', `/directives/${id}/cancel`);
    this.gate(id).resolve();
    return id;
  }

  /** Lets the task of a directive that waits end. */
  private gate(directiveId: string): PromiseWithResolvers<void> {
    const known = this.gates.get(directiveId) ?? Promise.withResolvers<void>();
    this.gates.set(directiveId, known);
    return known;
  }

  /** An executor to which a second is long ago. */
  async startSweeping(files?: DirectiveFiles): Promise<RunningExecutor> {
    await this.stop();
    const settings = { COC_DIRECTIVE_RETENTION_MS: '0', COC_JOB_KEEP_MS: '1000', COC_EVENT_RETENTION_MS: '1000' };
    const { executor } = loadEnv(settings);
    const { rooms } = this.front;
    this.executor = await rooms.startExecutor({ ...rooms.env, executor }, files);
    return this.executor;
  }

  async rounds({ executor }: RunningExecutor, count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) await executor.sweep('retention').progress.nextRound();
  }

  /** Until nothing is left that is to go: as the sweeps would in their time. */
  async sweepAll(files?: DirectiveFiles): Promise<void> {
    const { executor } = await this.startSweeping(files);
    const round = async (): Promise<string[]> => {
      for (const name of ['agenda', 'finished-job', 'retention', 'shard-events'] as const)
        for (const shard of [0, 1]) await executor.sweep(name).runOnce(shard);
      return this.keys();
    };
    await eventually(round, (keys) => keys.length === 0, 45_000);
    await this.stop();
  }

  /** Those that are not to stay. The id of a job that must not be sent again stays for minutes. */
  async keys(): Promise<string[]> {
    const { redis } = this.front.rooms;
    const all = await redis.keys('*');
    const others = all.filter((key) => !stays.some((pattern) => pattern.test(key)));
    const fields = await Promise.all(others.map(async (key) => (await redis.type(key)) === 'hash' && redis.hkeys(key)));
    return others.filter((_, at) => String(fields[at]) !== 'barred').toSorted();
  }

  /** Bytes, without what the connections of the moment take. */
  async memory(): Promise<number> {
    const info = await this.front.rooms.redis.info('memory');
    const value = (name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)![1]);
    return value('used_memory') - value('mem_clients_normal');
  }
}
