import {
  everyFault,
  longPauses,
  longRestarts,
  offerOf,
  outageOf,
  promotions,
  workerKills,
} from '../faults/every-fault.js';
import type { Planned } from '../faults/schedule.js';
import type { ChaosOptions } from './options.js';
import type { Stage } from './stage.js';

const killEveryMs = [1_000, 3_000] as const;
const restartEveryMs = [3_000, 10_000] as const;
const pauseEveryMs = [1_000, 5_000] as const;
const usualDrainMs = 90_000;
/** After an outage nothing may be left of it. */
const drainAfterOutageMs = 10_000;
const outagesMs = [7_000, 20_000, 60_000];
/** Only workers die, and seldom: what is measured is the time to the next start of their tasks. */
const workerKillTimes = 40;
const workerKillEveryMs = [2_000, 5_000] as const;
const restartTakesMs = 5_000;
const promoteEveryMs = [2_000, 5_000] as const;
const promotionTakesMs = 8_000;
const mixedKills = 40;
/** An order may find no request in time (54 of 520 did not): more than the 500 that are promised. */
const repliesToDrop = 620;

const mean = ([least, most]: readonly [number, number]): number => (least + most) / 2;
const scale = (pace: number, [least, most]: readonly [number, number]): [number, number] => [least * pace, most * pace];

type Plan = Omit<Stage, 'shapes'>;

/** The runs that were asked for, one after the other. Nothing named: one run with a bit of everything. */
export function planStages(options: ChaosOptions): Stage[] {
  const { shapes, drainMs, only } = options;
  return (options.long ? longStages(options) : shortStages(options))
    .filter(({ name }) => only === undefined || name === only)
    .map((stage) => ({ ...stage, shapes, drainMs: drainMs ?? stage.drainMs }));
}

function shortStages(options: ChaosOptions): Plan[] {
  const { kills, restarts, pauses, promotions: times, outages, faults, tasks } = options;
  const isNamed = restarts + pauses > 0 || (kills !== undefined && faults === undefined);
  const isOfRedisAlone = (outages || times > 0) && kills === undefined && faults === undefined;
  const stages = isNamed ? [namedStage(options)] : isOfRedisAlone ? [] : [mixedStage(options)];
  const promoted = times > 0 ? [promotionStage(times, tasks)] : [];
  return [...stages, ...promoted, ...(outages ? outagesMs.map((downMs) => outageStage(downMs, tasks)) : [])];
}

/** All faults side by side over the time that the kills take. */
function mixedStage({ kills = mixedKills, tasks, pace, faults }: ChaosOptions): Plan {
  const windowMs = kills * mean(killEveryMs) * pace;
  const named = faults ?? new Map(Object.keys(everyFault).map((name) => [name, undefined]));
  const planned = [...named].map(([name, times]): Planned => {
    const offer = offerOf(name);
    const usual = Math.max(name === 'kill' ? kills : 3, Math.round((offer.times * kills) / mixedKills));
    const wanted = times ?? usual;
    const everyMs = windowMs / wanted;
    return { fault: offer.create(), times: wanted, everyMs: [everyMs * 0.5, everyMs * 1.5] };
  });
  return { ...roughly('mix', tasks, planned), loadMs: windowMs };
}

function namedStage({ kills = 0, restarts, pauses, tasks, pace, faults }: ChaosOptions): Plan {
  const planned: Planned[] = [
    ...(kills > 0 ? [{ fault: everyFault['kill']!.create(), times: kills, everyMs: scale(pace, killEveryMs) }] : []),
    ...(pauses > 0 ? [{ fault: longPauses(), times: pauses, everyMs: scale(pace, pauseEveryMs) }] : []),
    ...(restarts > 0 ? [{ fault: longRestarts(), times: restarts, everyMs: scale(pace, restartEveryMs) }] : []),
    ...[...(faults ?? [])].map(([name, times]) => ({
      fault: offerOf(name).create(),
      times: times ?? offerOf(name).times,
      everyMs: scale(pace, killEveryMs),
    })),
  ];
  return roughly(planned.map(({ fault }) => fault.name).join('-'), tasks, planned);
}

function roughly(name: string, tasks: number, planned: Planned[]): Plan {
  const lengths = planned.map(
    ({ fault, times, everyMs }) => times * (mean(everyMs) + (fault.name === 'redis' ? restartTakesMs : 0)),
  );
  return { name, tasks, planned, loadMs: Math.max(...lengths), drainMs: usualDrainMs, isRough: true, isSteady: false };
}

/** Redis is away for so long in the middle of the load, and nothing but that. */
function outageStage(downMs: number, tasks: number): Plan {
  const planned = [{ fault: outageOf(downMs), times: 1, everyMs: [3_000, 5_000] as const }];
  const name = `outage-${downMs / 1_000}s`;
  const shape = {
    loadMs: 5_000,
    drainMs: drainAfterOutageMs,
    workMs: [0, 200] as const,
    isRough: false,
    isSteady: true,
  };
  return { name, tasks, planned, ...shape };
}

/** The replica becomes the master under load; what was not replicated is taken back. */
function promotionStage(times: number, tasks: number): Plan {
  const planned = [{ fault: promotions(), times, everyMs: promoteEveryMs }];
  const loadMs = times * (mean(promoteEveryMs) + promotionTakesMs);
  return { ...roughly('promotions', tasks, planned), loadMs, host: 'sentinels', isRough: false };
}

function recoveryStage(tasks: number): Plan {
  const planned = [{ fault: workerKills(), times: workerKillTimes, everyMs: workerKillEveryMs }];
  return { ...roughly('recovery', tasks, planned), workMs: [1_500, 4_000] };
}

function longStages({ tasks, pace, ...options }: ChaosOptions): Plan[] {
  const named = (part: Partial<ChaosOptions>): Plan =>
    namedStage({ ...options, pace, tasks, kills: 0, restarts: 0, pauses: 0, ...part });
  const some = Math.round(tasks / 4);
  return [
    named({ kills: 150 }),
    recoveryStage(some),
    named({ restarts: 30, tasks: some }),
    ...outagesMs.map((downMs) => outageStage(downMs, Math.round(tasks / 10))),
    named({ pauses: 50, tasks: some }),
    promotionStage(10, some),
    ...bentStages(some, pace),
  ];
}

/** The world around the processes is bent. These need not double anything: what is lost is an answer, not a worker. */
function bentStages(tasks: number, pace: number): Plan[] {
  const plan = (name: string, times: number, everyMs: readonly [number, number]): Planned => ({
    fault: everyFault[name]!.create(),
    times,
    everyMs: scale(pace, everyMs),
  });
  const stages: [string, Planned[]][] = [
    ['replies', [plan('replies', repliesToDrop, [50, 300])]],
    ['deliveries', [plan('deliveries', 100, [300, 900]), plan('kill', 15, [2_000, 6_000])]],
    ['network', [plan('network', 40, [500, 1_500])]],
    ['clocks', [plan('clocks', 40, [1_000, 3_000])]],
  ];
  return stages.map(([name, planned]) => ({ ...roughly(name, tasks, planned), isRough: false }));
}
