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
import type { DirectiveFiles } from './sweep/directive.remover.js';
import { openSweeps } from './sweep/open-sweeps.js';
import type { SweepLoop } from './sweep/sweep.loop.js';
import type { SweepTotals } from './sweep/sweep-progress.js';
import type { SweepName } from './sweep/sweep.settings.js';
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

  constructor(
    private readonly context: ExecutorContext,
    files?: DirectiveFiles,
  ) {
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
    const parts = { context, judge, settle: this.settle, dispatch: this.dispatch, loops: this.loops, files };
    this.sweeps = openSweeps(parts, context.env.executor.role);
    this.watchdog = new Watchdog({
      redis: context.redis,
      watched: () => (this.room ? [...this.loops, ...this.room.watched] : []),
      onRecreate: (name) => tellOfStandstill(context.logger, name),
    });
  }

  /** Resolves with the reason when it makes no progress any more. */
  get broken(): Promise<string> {
    return this.watchdog.broken;
  }

  /** `reclaimer` and `retention` read no outcomes and take no messages: they only sweep. */
  async start(): Promise<void> {
    const { role } = this.context.env.executor;
    if (role === 'all') {
      await Promise.all(this.context.blocking.map((connection) => connection.connect()));
      for (const loop of this.loops) await loop.start();
    }
    for (const part of [...(role === 'retention' ? [] : this.timers), ...this.sweeps]) part.start();
    if (role === 'all') this.room = openExecuteRoom(this.context, this.dispatch);
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
    const beats = this.sweeps.filter(({ name }) => name === 'heartbeat');
    const sweeps = this.sweeps.filter(({ name }) => name !== 'heartbeat');
    const timers = this.context.env.executor.role === 'retention' ? [] : this.timers;
    return [
      { name: 'heartbeat', look: () => reportOn(beats, beatWithinMs) },
      { name: 'timers', look: () => reportOn(timers, roundWithinMs) },
      { name: 'sweeps', look: () => reportOn(sweeps, roundWithinMs) },
    ];
  }

  /** What each sweep did so far, by its name and by shard. */
  sweepTotals(): Record<string, Record<number, SweepTotals>> {
    return Object.fromEntries([...this.timers, ...this.sweeps].map(({ name, progress }) => [name, progress.view()]));
  }

  /** One of the sweeps of this process's role. Throws RangeError for another. */
  sweep(name: SweepName): SweepLoop {
    const found = this.sweeps.find((sweep) => sweep.name === name);
    if (!found) throw new RangeError(`the role ${this.context.env.executor.role} does not sweep ${name}`);
    return found;
  }
}
