import type { ExecutorRole } from '#libs/config';

export interface SweepSetting {
  /** Between two rounds; varies by a quarter up and down, so that executors do not sweep in step. */
  everyMs: number;
  /** Most that one executor repairs in a second on a shard: the rest waits for the next round, so that recovery does not become the outage. */
  repairsPerS: number;
  /** Most that one round looks at on a shard (of one queue, where it goes queue by queue); the next round goes on from there. */
  page: number;
  /** Which processes run it besides those that do everything. */
  role?: Exclude<ExecutorRole, 'all'>;
  /** What it finds is an alarm in calm weather. The others do what always has to be done. */
  isRepair: boolean;
}

const repair = { repairsPerS: 200, role: 'reclaimer', isRepair: true } as const;
/** Only who settles outcomes has a use for them. */
const unlimited = { repairsPerS: Number.POSITIVE_INFINITY, page: Number.POSITIVE_INFINITY, isRepair: false } as const;
const removal = { repairsPerS: 20_000, role: 'retention', isRepair: false } as const;

/** The one place where periods, rates and pages of sweeps stand. docs/reliability.md says what each does. */
export const sweepSettings = {
  heartbeat: { ...unlimited, everyMs: 1_000 },
  'lost-worker': { ...repair, everyMs: 1_000, page: 1_000 },
  inflight: { ...repair, everyMs: 2_000, page: 100 },
  agenda: { ...repair, everyMs: 1_000, page: 100 },
  'forgotten-work': { ...repair, everyMs: 2_000, page: 100 },
  'idle-directive': { ...repair, everyMs: 5_000, page: 200 },
  checkpoint: { ...repair, everyMs: 5_000, page: 200, isRepair: false },
  reservation: { ...repair, everyMs: 10_000, page: 200 },
  'dead-job': { ...repair, everyMs: 5_000, page: 500 },
  'home-permit': { ...repair, everyMs: 10_000, page: 200 },
  'queue-settings': { ...repair, everyMs: 1_000, page: Number.POSITIVE_INFINITY, isRepair: false },
  orphan: { ...repair, everyMs: 500, page: 100, isRepair: false },
  'worker-absence': { ...unlimited, everyMs: 1_000, page: 500, role: 'reclaimer' },
  'queue-window': { ...unlimited, everyMs: 200 },
  'finished-job': { ...removal, everyMs: 5_000, page: 50_000 },
  'shard-events': { ...removal, everyMs: 5_000, page: 500_000 },
  'stray-files': { ...removal, everyMs: 10_000, page: 1_000 },
  retention: { ...removal, everyMs: 1_000, page: 500, repairsPerS: 500 },
} as const satisfies Record<string, SweepSetting>;

export type SweepName = keyof typeof sweepSettings;
