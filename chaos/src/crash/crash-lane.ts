import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../checker/check.js';
import { checkEventOrder } from '../checker/checks/event-order.js';
import { gatherEvidence } from '../checker/gather.js';
import { ApiClient } from '../load/api-client.js';
import { LoadDriver } from '../load/load-driver.js';
import { QueueObserver } from '../rig/queue-observer.js';
import { Rig } from '../rig/rig.js';
import { pollFor, sleep } from '../run/clock.js';
import { SeededRandom } from '../run/seeded-random.js';
import { CrashDesk } from './crash-desk.js';
import type { CrashPoint } from './crash-plan.js';
import type { CrashRole } from './crash-role.js';
import { crashScenario } from './crash-scenario.js';
import { CrashVictim } from './crash-victim.js';
import { ReviewClient } from './review-client.js';
import { checkTrace } from './trace-check.js';

const preload = join(import.meta.dirname, 'crash.preload.js');
/** An outcome whose reader died is taken over after 10 s by an executor that lives; the next ones may die before. */
const drainMs = 300_000;
/** With more of them open the lane would only nurse the past. */
const mostOpen = 6;
const betweenMs = 1_500;
const settleMs = 10_000;

/** A rig of its own, one process a role, where the scenario runs again and again while processes die at named points. */
export class CrashLane {
  readonly victims: Readonly<Record<CrashRole, CrashVictim>>;
  readonly problems: string[] = [];
  private readonly open = new Set<Promise<void>>();
  /** Scenarios until now. */
  begun = 0;
  private readonly over: number[] = [];
  private readonly observer: QueueObserver;
  private review!: ReviewClient;
  private reviewed: string | undefined;

  private constructor(
    private readonly rig: Rig,
    private readonly desk: CrashDesk,
  ) {
    const victim = (role: CrashRole) => new CrashVictim(`${role}-1`, () => rig.of(role)[0]!, desk);
    const actions = [...new Set(crashScenario().flatMap(({ body }) => body.tasks.map(({ action }) => action)))];
    this.observer = new QueueObserver(rig.redis, rig.path('queues.jsonl'), rig.queuesOf(actions));
    this.victims = {
      orchestrator: victim('orchestrator'),
      executor: victim('executor'),
      worker: victim('worker'),
      recorder: victim('recorder'),
    };
  }

  /** `first`: where processes die in their very first life, at most one of a role. */
  static async open(folder: string, first: readonly CrashPoint[] = []): Promise<CrashLane> {
    const crew = { orchestrator: 1, executor: 1, worker: 1, recorder: 1 };
    await mkdir(folder, { recursive: true });
    const rig = await Rig.open({ folder, shards: 1, crew, lockMs: 1_000, servesDocuments: true });
    const desk = await CrashDesk.open(join(folder, 'desk'));
    const lane = new CrashLane(rig, desk);
    for (const { role, point } of first) lane.victims[role].armNextLives({ point, hit: 1 }, 1);
    rig.prepare((launch, role) => {
      const victim = lane.victims[role as CrashRole];
      launch.nodeArgs.push('--import', preload);
      Object.assign(launch.env, { CHAOS_CRASH_DESK: join(folder, 'desk'), CHAOS_PROCESS: victim.name });
      victim.prepare(launch);
    });
    await rig.start();
    lane.observer.start();
    lane.review = await ReviewClient.open(new ApiClient(rig.urls, rig.ownerKeyFile), join(folder, 'documents'));
    rig.history.add({ kind: 'phase', phase: 'load' });
    return lane;
  }

  /** Writes into the history what was done to whom. */
  note(detail: Record<string, unknown>): void {
    this.rig.history.add({ kind: 'fault', name: 'crash-point', detail });
  }

  /** One scenario after the other, until `isOver`; each for all processes that are to die just then. */
  async keepBusy(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      if (this.open.size < mostOpen) this.startScenario();
      await sleep(betweenMs);
    }
  }

  startScenario(): void {
    this.begun += 1;
    const number = this.begun;
    const run = this.runScenario(number).finally(() => {
      this.over.push(number);
      this.open.delete(run);
    });
    this.open.add(run);
  }

  /** How many scenarios have ended that began after the so-manieth. */
  endedSince(number: number): number {
    return this.over.filter((each) => each > number).length;
  }

  /** Resolves when all that is open just now has ended: nobody is still busy with the last death. */
  async recovered(): Promise<void> {
    await Promise.all(this.open);
  }

  /** Resolves when all scenarios have ended, right or wrong. */
  async settled(): Promise<void> {
    while (this.open.size > 0) await Promise.race(this.open);
  }

  /** Lets all that was begun end, and looks at everything that the lane did. */
  async judge(): Promise<string[]> {
    this.rig.history.add({ kind: 'phase', phase: 'faults-over' });
    await this.settled();
    this.rig.history.add({ kind: 'phase', phase: this.problems.length === 0 ? 'drained' : 'not-drained', detail: {} });
    await this.observer.stop();
    const found = await pollFor(settleMs, async () => ((await this.look()).length === 0 ? [] : undefined), 500);
    return [...this.problems, ...(found ?? (await this.look()))];
  }

  async close(): Promise<void> {
    this.desk.close();
    await this.rig.stop();
  }

  abandon(): void {
    this.rig.abandon();
  }

  private async runScenario(number: number): Promise<void> {
    const random = new SeededRandom(number).fork('clients');
    const load = new LoadDriver(this.rig, crashScenario(), random);
    const review = this.review.run(`review-${number}`, drainMs).catch((error: unknown) => error as Error);
    await load.publish();
    await load.run(0);
    const stuck = await load.drain(drainMs);
    for (const id of stuck) this.problems.push(`${id} does not end: ${JSON.stringify(await load.describe(id))}`);
    await load.stop();
    this.judgeReview(await review);
  }

  /** What it says does not depend on when and by whom it was worked out. */
  private judgeReview(output: unknown): void {
    const text = JSON.stringify(output);
    if (output instanceof Error) this.problems.push(`the workflow failed: ${output.message}`);
    else if ((this.reviewed ??= text) !== text)
      this.problems.push(`the workflow gave ${text}, before ${this.reviewed}`);
  }

  private async look(): Promise<string[]> {
    const { rig } = this;
    const evidence = await gatherEvidence(rig.redis.admin, rig.evidencePaths);
    const [planned, listed] = [true, false].map((isPlanned) =>
      evidence.directives.filter(({ record }) => (record['workflow'] ? isPlanned : !isPlanned)),
    );
    const violations = [
      ...check({ ...evidence, directives: listed! }),
      ...checkEventOrder({ ...evidence, directives: planned! }),
    ];
    const trace = await checkTrace(rig.path('traces'), evidence.directives);
    return [...violations.map((violation) => JSON.stringify(violation)), ...trace];
  }
}
