/** Milliseconds until all of `count` pieces of work, begun at once, are done. */
export async function timeAll(count: number, work: (at: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: count }, (_, at) => work(at)));
  return performance.now() - startedAt;
}

/** Milliseconds of each of `count` pieces of work, one after the other. */
export async function timeEach(count: number, work: (at: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) times.push(await timeAll(1, async () => work(at)));
  return times;
}
