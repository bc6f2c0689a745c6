import type { RoomReceiver } from '#libs/queues';
import { Watchdog } from '#libs/redis';
import { reportOn, tellOfStandstill, type HealthCheck } from '#libs/telemetry';
import { ActionDirectory } from './dispatch/action-directory.js';
import { DispatchService } from './dispatch/dispatch.service.js';
import { openExecuteRoom } from './dispatch/execute.receiver.js';
import { ConditionJudge } from './dispatch/condition.judge.js';
import { FanOutExpander } from './dispatch/fan-out.expander.js';
import { InputResolver } from './dispatch/input.resolver.js';
import { PermitClerk } from './dispatch/permit.clerk.js';
import type { ExecutorContext } from './executor.context.js';
import { OutcomeJudge } from './settle/outcome.judge.js';
import { OutcomeLoop } from './settle/outcome.loop.js';
import { SettleService } from './settle/settle.service.js';
import { AgendaSweep } from './sweep/agenda.sweep.js';
import { HeartbeatSweep } from './sweep/heartbeat.sweep.js';
import { InflightSweep } from './sweep/inflight.sweep.js';
import { LostWorkerSweep } from './sweep/lost-worker.sweep.js';
import { FinishedJobSweep, ForgottenWorkSweep, QueueSettingsSweep } from './sweep/queue-upkeep.sweep.js';
import { QueueWindowSweep } from './sweep/queue-window.sweep.js';
import { ShardEventsSweep } from './sweep/shard-events.sweep.js';
import { SweepLoop } from './sweep/sweep.loop.js';
import { TimerLoop } from './sweep/timer.loop.js';

/** A beat a second: this is how soon it is not ready when Redis is gone or full. */
const beatWithinMs = 4_000;
/** Three times the longest period. */
const roundWithinMs = 15_000;

/** The executor's rooms wired together: dispatch, settle, and the sweepers that repair what fell between them. */
export class Executor {
  readonly settle: SettleService;
  readonly dispatch: DispatchService;
  readonly sweeps: SweepLoop[];
  private readonly loops: OutcomeLoop[];
  private readonly timers: TimerLoop[];
  private room: RoomReceiver | undefined;
  private readonly watchdog: Watchdog;

  constructor(private readonly context: ExecutorContext) {
    const actions = new ActionDirectory(context.catalog);
    const inputs = new InputResolver(context, actions);
    const judge = new OutcomeJudge(context, actions);
    this.dispatch = new DispatchService(
      context,
      inputs,
      new FanOutExpander(context, inputs, new ConditionJudge(context, inputs)),
      new PermitClerk(context),
    );
    this.settle = new SettleService(context, judge, this.dispatch);
    this.loops = context.desks.map((desk) => new OutcomeLoop(context, desk, this.settle));
    this.timers = context.desks.map(({ shard }) => new TimerLoop(context, this.dispatch, shard));
    this.sweeps = [
      new HeartbeatSweep(context, this.loops),
      new LostWorkerSweep(context, judge, this.settle),
      new InflightSweep(context, judge, this.settle, this.dispatch),
      new AgendaSweep(context, this.dispatch),
      new QueueSettingsSweep(context),
      new ForgottenWorkSweep(context, this.dispatch, this.loops),
      new FinishedJobSweep(context),
      new ShardEventsSweep(context),
      new QueueWindowSweep(context, this.dispatch),
    ].map((sweep) => new SweepLoop(context, sweep));
    this.watchdog = new Watchdog({
      redis: context.redis,
      watched: () => [...this.loops, ...(this.room?.watched ?? [])],
      onRecreate: (name) => tellOfStandstill(context.logger, name),
    });
  }

  /** Resolves with the reason when it makes no progress any more. */
  get broken(): Promise<string> {
    return this.watchdog.broken;
  }

  async start(): Promise<void> {
    await Promise.all(this.context.blocking.map((connection) => connection.connect()));
    for (const loop of this.loops) await loop.start();
    for (const part of [...this.timers, ...this.sweeps]) part.start();
    this.room = openExecuteRoom(this.context, this.dispatch);
    this.watchdog.start();
  }

  /** Orders first, then the loops that may still use what they brought; a batch under way is finished. */
  async stop(): Promise<void> {
    this.watchdog.stop();
    await this.room?.close();
    await Promise.all([...this.timers, ...this.sweeps, ...this.loops].map(async (part) => part.stop()));
    await this.context.sender.close();
    for (const connection of this.context.blocking) connection.disconnect();
  }

  /** What must go on for it to be of use: its heartbeat, which tells of the loops and of Redis, the timers and the sweeps. */
  checks(): HealthCheck[] {
    const { sweeps, timers } = this;
    return [
      { name: 'heartbeat', look: () => reportOn([sweeps[0]!], beatWithinMs) },
      { name: 'timers', look: () => reportOn(timers, roundWithinMs) },
      { name: 'sweeps', look: () => reportOn(sweeps.slice(1), roundWithinMs) },
    ];
  }
}
