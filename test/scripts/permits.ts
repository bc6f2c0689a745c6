import type { TaskSpec } from '#libs/contracts';
import type { GivenPermit, PermitOrder } from '#libs/state';
import { echo } from './orders.js';
import type { Stage } from './stage.js';

/** What a test changes of a permit; `index` and `round` are of the task's place. */
export type PermitChange = Partial<GivenPermit> & { index?: string; round?: string };

/** A task that works under the key `db`. */
export function keyed(id: string, limit = 1, extra: Partial<TaskSpec> = {}): TaskSpec {
  return echo(id, [], { concurrency: { key: 'db', limit }, ...extra });
}

export function rated(id: string): TaskSpec {
  return { id, action: 'test.rated' };
}

async function orders({ permits }: Stage, shard: number): Promise<PermitOrder[]> {
  // Whatever was postponed, too.
  return (await permits.due(shard, -3_600_000)).orders;
}

/** What the worklist says, sorted: the word, the task's index, its round and the key. */
export async function filed(stage: Stage, shard = 0): Promise<string[]> {
  const all = await orders(stage, shard);
  return all.map(({ word, place, key }) => `${word} ${place.index} ${place.round} ${key}`).toSorted();
}

/** A place under `db` for the first task of the directive, in its first round. */
export function given(directiveId: string, change: PermitChange = {}): GivenPermit {
  const { index = '0', round = '1', ...rest } = change;
  const place = { directiveId, index, round };
  return { place, tenant: 'local', kind: 'concurrency', key: 'db', turnAtMs: null, ...rest };
}

/** `stale`, or the ids of the tasks that go. */
export async function tell({ attempts }: Stage, permit: GivenPermit): Promise<string[] | 'stale'> {
  const followup = await attempts.permitTask(permit);
  return followup === 'stale' ? 'stale' : followup.dispatched.map(({ spec }) => spec.id);
}

async function ask({ permits }: Stage, order: PermitOrder): Promise<GivenPermit[]> {
  const answer = await permits.take(order);
  const { place, tenant, kind, key } = order;
  return answer.result === 'granted' ? [{ place, tenant, kind, key, turnAtMs: answer.turnAtMs }] : [];
}

/** As the clerk does: asks and returns all that is filed, and tells whoever got something. Answers who goes, each as `<directive> <task>`. */
export async function carry(stage: Stage, shard: number): Promise<string[]> {
  const going: string[] = [];
  for (const order of await orders(stage, shard)) {
    const open = order.word === 'back' ? await stage.permits.giveBack(order, order.max) : await ask(stage, order);
    for (const permit of open) {
      const answer = await tell(stage, permit);
      if (answer === 'stale') open.push(...(await stage.permits.giveBack(permit, '0')));
      else going.push(...answer.map((task) => `${permit.place.directiveId} ${task}`));
    }
    if (order.word === 'back') await stage.permits.strike(shard, order);
  }
  return going;
}
