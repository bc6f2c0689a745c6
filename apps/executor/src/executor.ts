import type { RoomReceiver } from '#libs/queues';
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
import { InflightSweep } from './sweep/inflight.sweep.js';
import { LostWorkerSweep } from './sweep/lost-worker.sweep.js';
import { FinishedJobSweep, ForgottenWorkSweep, QueueSettingsSweep } from './sweep/queue-upkeep.sweep.js';
import { QueueWindowSweep } from './sweep/queue-window.sweep.js';
import { ShardEventsSweep } from './sweep/shard-events.sweep.js';
import { SweepLoop } from './sweep/sweep.loop.js';
import { TimerLoop } from './sweep/timer.loop.js';

/** The executor's rooms wired together: dispatch, settle, and the sweepers that repair what fell between them. */
export class Executor {
  readonly settle: SettleService;
  readonly dispatch: DispatchService;
  readonly sweeps: SweepLoop[];
  private readonly loops: OutcomeLoop[];
  private readonly timers: TimerLoop[];
  private room: RoomReceiver | undefined;

  constructor(private readonly context: ExecutorContext) {
    const actions = new ActionDirectory(context.catalog);
    const inputs = new InputResolver(context, actions);
    const judge = new OutcomeJudge(context, actions);
    this.dispatch = new DispatchService(
      context,
      inputs,
      new FanOutExpander(context, inputs, new ConditionJudge(context, inputs)),
      new PermitClerk(context),
      judge,
    );
    this.settle = new SettleService(context, judge, this.dispatch);
    this.loops = context.desks.map((desk) => new OutcomeLoop(context, desk, this.settle));
    this.timers = context.desks.map(({ shard }) => new TimerLoop(context, this.dispatch, shard));
    this.sweeps = [
      new LostWorkerSweep(context, judge, this.settle),
      new InflightSweep(context, judge, this.settle, this.dispatch),
      new AgendaSweep(context, this.dispatch),
      new QueueSettingsSweep(context),
      new ForgottenWorkSweep(context, this.dispatch, this.loops),
      new FinishedJobSweep(context),
      new ShardEventsSweep(context),
      new QueueWindowSweep(context, this.dispatch),
    ].map((sweep) => new SweepLoop(context, sweep));
  }

  async start(): Promise<void> {
    await Promise.all(this.context.blocking.map((connection) => connection.connect()));
    for (const loop of this.loops) await loop.start();
    for (const part of [...this.timers, ...this.sweeps]) part.start();
    this.room = openExecuteRoom(this.context, this.dispatch);
  }

  /** Orders first, then the loops that may still use what they brought; a batch under way is finished. */
  async stop(): Promise<void> {
    await this.room?.close();
    await Promise.all([...this.timers, ...this.sweeps, ...this.loops].map(async (part) => part.stop()));
    await this.context.sender.close();
    for (const connection of this.context.blocking) connection.disconnect();
  }

  /** Milliseconds since the slowest shard's loop last finished a round; a healthy loop finishes one every 2 s. */
  progressAgeMs(): number {
    return Math.max(...this.loops.map((loop) => Date.now() - loop.lastRoundAt));
  }
}
