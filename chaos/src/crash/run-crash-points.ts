import { join } from 'node:path';
import { crashAt, type Hits } from './crash-at.js';
import { CrashLane } from './crash-lane.js';
import { planCrashes, type CrashPoint } from './crash-plan.js';
import { crashRoles, type CrashRole } from './crash-role.js';
import { recordPoints } from './record-points.js';

export interface CrashRun {
  folder: string;
  /** Lanes side by side; each has its own Redis and four processes. */
  lanes: number;
  /** In how many lives in a row a process dies at each point. */
  times: number;
  bothSidesOfReads: boolean;
  /** Only points of which this is a part: `executor: before xack`. */
  only: string;
}

export interface CrashResult {
  points: number;
  /** Processes that died at their points. */
  crashes: number;
  /** Points where too few died. */
  missed: Hits[];
  violations: string[];
}

/** Finds out which points the scenario passes, and has a process die at each of them. */
export async function runCrashPoints(run: CrashRun, say: (line: string) => void): Promise<CrashResult> {
  const lanes = new Set<CrashLane>();
  const abandon = (): void => lanes.forEach((lane) => lane.abandon());
  process.on('exit', abandon);
  try {
    return await new CrashPool(run, lanes, say).run();
  } finally {
    await Promise.all([...lanes].map(async (lane) => lane.close()));
    process.off('exit', abandon);
  }
}

const moreChances = 6;

export function nameOf({ role, point }: CrashPoint): string {
  return `${role}: ${point}`;
}

class CrashPool {
  private readonly result: CrashResult = { points: 0, crashes: 0, missed: [], violations: [] };
  private first: CrashPoint[] = [];
  private rest = new Map<CrashRole, CrashPoint[]>();
  private readonly late: Hits[] = [];
  private opened = 0;

  constructor(
    private readonly settings: CrashRun,
    private readonly lanes: Set<CrashLane>,
    private readonly say: (line: string) => void,
  ) {}

  async run(): Promise<CrashResult> {
    const recorder = await this.openLane([]);
    const passings = await recordPoints(recorder);
    const points = planCrashes(passings, this.settings).filter((each) => nameOf(each).includes(this.settings.only));
    this.first = points.filter(({ moment }) => moment === 'first-life');
    this.rest = Map.groupBy(
      points.filter(({ moment }) => moment !== 'first-life'),
      ({ role }) => role,
    );
    this.result.points = points.length;
    this.say(`${points.length} points, ${this.first.length} of them in a first life`);
    await Promise.all([this.work(recorder, []), this.workSideBySide(this.settings.lanes - 1)]);
    await this.workInFirstLives();
    // Of several processes one is the first to do a thing: who was not, gets more chances, each with a first life.
    for (let chance = 1; chance <= moreChances && this.late.length > 0; chance += 1) {
      this.first = this.late.splice(0).map((hits) => ({ ...hits, moment: 'first-life' }));
      await this.workInFirstLives();
    }
    this.result.missed.push(...this.late);
    return this.result;
  }

  private async workSideBySide(lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, async () => this.workNew()));
  }

  private async workInFirstLives(): Promise<void> {
    while (this.first.length > 0) {
      const most = Math.max(...crashRoles.map((role) => this.first.filter((point) => point.role === role).length));
      await this.workSideBySide(Math.min(most, this.settings.lanes));
    }
  }

  private async openLane(first: readonly CrashPoint[]): Promise<CrashLane> {
    const folder = join(this.settings.folder, `lane-${(this.opened += 1)}`);
    const lane = await CrashLane.open(folder, first);
    this.lanes.add(lane);
    return lane;
  }

  /** A new lane is where processes may die in their first lives: one of each role. */
  private async workNew(): Promise<void> {
    const first = crashRoles.flatMap((role) => {
      const at = this.first.findIndex((point) => point.role === role);
      return at === -1 ? [] : this.first.splice(at, 1);
    });
    await this.work(await this.openLane(first), first);
  }

  /** Each role on its own goes from point to point, in the same scenarios. */
  private async work(lane: CrashLane, first: readonly CrashPoint[]): Promise<void> {
    let isOver = false;
    const busy = lane.keepBusy(() => isOver);
    await Promise.all(crashRoles.map(async (role) => this.workRole(lane, role, first)));
    isOver = true;
    await busy;
    this.result.violations.push(...(await lane.judge()));
    this.lanes.delete(lane);
    await lane.close();
  }

  private async workRole(lane: CrashLane, role: CrashRole, first: readonly CrashPoint[]): Promise<void> {
    for (const target of first) if (target.role === role) this.enter(await crashAt(lane, target, 1), 1);
    const pile = this.rest.get(role) ?? [];
    for (let target = pile.shift(); target; target = pile.shift())
      this.enter(await crashAt(lane, target, this.settings.times), this.settings.times);
  }

  private enter(hits: Hits, wanted: number): void {
    this.result.crashes += hits.hits;
    if (hits.hits < wanted) this.late.push(hits);
  }
}
