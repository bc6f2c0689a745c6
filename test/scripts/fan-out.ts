import { encodeTask, type Followup } from '#libs/state';
import { planOf } from './orders.js';
import type { Stage } from './stage.js';

type Child = [control: string, spec: string];

/** Children `from`.. of a fan-out at index 0, as the dispatch room writes them. */
export function childrenOf(parent: string, from: number, count: number, input = 'item', parentIndex = 0): Child[] {
  const [template] = planOf([{ id: 'template', action: 'test.echo', input }]).tasks;
  return Array.from({ length: count }, (_, at) => {
    const child = { ...template!, id: `${parent}[${from + at}]`, parent: parentIndex, item: from + at };
    const { control, spec } = encodeTask(child, 0, String);
    return [control, spec];
  });
}

export async function expandRaw(
  { attempts }: Stage,
  id: string,
  index: string,
  count: number,
  from: number,
  children: Child[],
): Promise<{ result: string; staged?: number; followup?: Followup }> {
  return attempts.expandTask(id, index, count, from, children);
}

/** Answers the user's ids of the children that were granted at once. */
export async function expandAll(stage: Stage, id: string, index: string, count: number): Promise<string[]> {
  const { followup } = await expandRaw(stage, id, index, count, 0, childrenOf('each', 0, count));
  return followup!.dispatched.map(({ spec }) => spec.id);
}
