import { RetentionStore, ShortageStore, type RetireStep } from '#libs/state';
import type { Stage } from '../stage.js';
import { resting, type DirectiveView, type Snapshot } from './snapshot.js';

/** Small, so that a plan of seven tasks takes several calls. */
const tasksPerCall = 2;
const longAgoMs = 0;
const everMs = 9_999_999_999_999;

/** The sweeps that look at the record itself. After any script they must find nothing to mend: what is not over is moved by something. */
export class Sweepers {
  private readonly retention: RetentionStore;
  private readonly shortages: ShortageStore;

  constructor(private readonly stage: Stage) {
    this.retention = new RetentionStore(stage.redis, stage.scripts, stage.keys);
    this.shortages = new ShortageStore(stage.redis, stage.scripts, stage.keys);
  }

  async mend({ id }: DirectiveView): Promise<void> {
    for (let from: number | '' = 0; from !== '';) {
      const reply = await this.stage.run('mend-directive', id, 0, from, tasksPerCall);
      const [result, next, ...mended] = reply as [string, (number | '')?, ...string[]];
      if (mended.length > 0) throw new Error(`${id} was mended in calm weather: ${mended.join(', ')}`);
      from = result === 'ok' ? next! : '';
    }
  }

  async correct({ id }: DirectiveView): Promise<void> {
    let args: (string | number)[] = [0, tasksPerCall, '', '', ''];
    for (;;) {
      const reply = (await this.stage.run('correct-reservation', id, ...args)) as [string, ...string[]];
      if (reply[0] === 'corrected') throw new Error(`${id} reserved other than its attempts: ${reply.join(' ')}`);
      if (reply[0] !== 'more') return;
      args = [reply[1]!, tasksPerCall, ...reply.slice(2)];
    }
  }

  /** As if no worker took anything from the queue. */
  async degrade({ list }: Snapshot, queue: string): Promise<void> {
    const waiting = [...list(`inflight:${queue}`), ...list(`ready:${queue}`)];
    const members = waiting.map((member) => member.split('.').slice(0, 2).join('.'));
    await this.shortages.degrade(0, queue, members);
  }

  async recover({ list }: Snapshot, served: readonly string[]): Promise<void> {
    await this.shortages.recover(0, served, list('degraded'));
  }

  async orphan(parent: string): Promise<void> {
    await this.stage.run('orphan-children', parent);
  }

  /** One step of a removal, or of one that is refused; now and then too early, or as one that comes second. */
  async retire({ list }: Snapshot, { id, state, isGone }: DirectiveView, pick: number): Promise<void> {
    const isDue = pick % 4 > 0;
    const reply = (await this.stage.run(
      'retire-directive',
      id,
      'local',
      isDue ? everMs : longAgoMs,
      tasksPerCall,
      pick % 3 === 0 ? 'alone' : '',
    )) as [RetireStep['result'], ...string[]];
    const mayGo = isGone || (isDue && resting.has(state) && !list('orphaning').includes(id));
    if ((reply[0] === 'kept') === mayGo) throw new Error(`${id} is ${state} and its removal says ${reply.join(' ')}`);
    if (reply[0] === 'bare') await this.end(id);
  }

  /** Until nothing is left of it. */
  async retireWholly(id: string): Promise<void> {
    let [step] = await this.retention.retire([id], 'local', everMs, '');
    if (step instanceof Error) throw step;
    if (step?.result === 'bare') await this.end(id);
    else if (step?.result !== 'unknown') throw new Error(`${id} was not removed: ${step?.result}`);
    [step] = await this.retention.retire([id], 'local', everMs, '');
    if (step instanceof Error || step?.result !== 'unknown') throw new Error(`${id} is there after its removal`);
  }

  private async end(id: string): Promise<void> {
    await this.retention.forget({ id, tenant: 'local', ref: '', draws: 20 });
    const [step] = await this.retention.retire([id], 'local', 0, 'end');
    if (step instanceof Error) throw step;
  }
}
