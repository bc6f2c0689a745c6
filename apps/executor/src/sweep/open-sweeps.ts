import type { ExecutorRole } from '#libs/config';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { OutcomeLoop } from '../settle/outcome.loop.js';
import type { SettleService } from '../settle/settle.service.js';
import { AgendaSweep } from './agenda.sweep.js';
import { CheckpointSweep } from './checkpoint.sweep.js';
import { DeadJobSweep } from './dead-job.sweep.js';
import type { DirectiveFiles } from './directive.remover.js';
import { HeartbeatSweep } from './heartbeat.sweep.js';
import { HomePermitSweep } from './home-permit.sweep.js';
import { IdleDirectiveSweep } from './idle-directive.sweep.js';
import { InflightSweep } from './inflight.sweep.js';
import { LostWorkerSweep } from './lost-worker.sweep.js';
import { FinishedJobSweep, ForgottenWorkSweep, QueueSettingsSweep } from './queue-upkeep.sweep.js';
import { OrphanSweep } from './orphan.sweep.js';
import { QueueWindowSweep } from './queue-window.sweep.js';
import { ReservationSweep } from './reservation.sweep.js';
import { RetentionSweep } from './retention.sweep.js';
import { ShardEventsSweep } from './shard-events.sweep.js';
import { StrayFilesSweep } from './stray-files.sweep.js';
import { SweepLoop } from './sweep.loop.js';
import type { Sweep } from './sweep.js';
import { WorkerAbsenceSweep } from './worker-absence.sweep.js';

export interface SweepParts {
  context: ExecutorContext;
  judge: OutcomeJudge;
  settle: SettleService;
  dispatch: DispatchService;
  loops: readonly OutcomeLoop[];
  /** What directives have outside of Redis; undefined where they have nothing there. */
  files: DirectiveFiles | undefined;
}

/** The sweeps of a role, not started. */
export function openSweeps(parts: SweepParts, role: ExecutorRole): SweepLoop[] {
  const { context, judge, settle, dispatch, loops, files } = parts;
  const sweeps: Sweep[] = [
    new HeartbeatSweep(context, loops),
    new LostWorkerSweep(context, judge, settle),
    new InflightSweep(context, judge, settle, dispatch),
    new AgendaSweep(context, dispatch),
    new ForgottenWorkSweep(context, dispatch, loops),
    new IdleDirectiveSweep(context, dispatch),
    new CheckpointSweep(context),
    new ReservationSweep(context, dispatch),
    new DeadJobSweep(context),
    new HomePermitSweep(context, dispatch),
    new QueueSettingsSweep(context),
    new QueueWindowSweep(context, dispatch),
    new WorkerAbsenceSweep(context),
    new OrphanSweep(context),
    new FinishedJobSweep(context),
    new ShardEventsSweep(context),
    new RetentionSweep(context, files),
    new StrayFilesSweep(context, files),
  ];
  const loopsOfAll = sweeps.map((sweep) => new SweepLoop(context, sweep));
  return role === 'all'
    ? loopsOfAll
    : loopsOfAll.filter(({ name, settings }) => name === 'heartbeat' || settings.role === role);
}
