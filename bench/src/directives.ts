import { SubmitDirective } from '#libs/contracts';

export const noopAction = 'bench.noop';

interface BenchTask {
  id: string;
  action: string;
  dependsOn: string[];
}

function task(id: string, dependsOn: string[] = []): BenchTask {
  return { id, action: noopAction, dependsOn };
}

/** Policy and budget on: every directive has limits that are looked at for each task. */
function directive(tasks: BenchTask[], more: { ttlMs?: number } = {}): SubmitDirective {
  return SubmitDirective.parse({ tasks, budget: { maxCostUsd: 1, maxTokens: 1_000_000 }, ...more });
}

/** So many tasks that depend on nothing. */
export function directiveOf(tasks: number): SubmitDirective {
  return directive(Array.from({ length: tasks }, (_, at) => task(`t${at}`)));
}

export function chainOf3(): SubmitDirective {
  return directive([task('a'), task('b', ['a']), task('c', ['b'])]);
}

export function fanAndJoin(width: number): SubmitDirective {
  const leaves = Array.from({ length: width }, (_, at) => `x${at}`);
  return directive([...leaves.map((id) => task(id)), task('join', leaves)]);
}

/** 10 layers of 1,000 tasks; each later task depends on 5 or 6 of the layer before: 10,000 tasks, 50,000 edges. */
export function layered(more: { ttlMs?: number } = {}): SubmitDirective {
  const [layers, width, edges] = [10, 1_000, 50_000];
  const later = (layers - 1) * width;
  const tasks = Array.from({ length: layers * width }, (_, number) => {
    const [layer, at] = [Math.floor(number / width), number % width];
    if (layer === 0) return task(`t${number}`);
    const count = Math.floor(edges / later) + (number - width < edges % later ? 1 : 0);
    const spread = Array.from({ length: count }, (_unused, it) => (at * 7 + it * 131) % width);
    return task(
      `t${number}`,
      [...new Set(spread)].map((column) => `t${(layer - 1) * width + column}`),
    );
  });
  return directive(tasks, more);
}
