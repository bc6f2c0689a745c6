/**
 * Milliseconds since 1970 that never go back. All processes of a run are on one machine, so this is also Redis' clock to a few
 * milliseconds; a process whose clock a fault has bent must not use it as evidence.
 */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks until the answer is not undefined; undefined when the time is over. */
export async function pollFor<Found>(
  withinMs: number,
  look: () => Promise<Found | undefined>,
  everyMs = 100,
): Promise<Found | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() > deadline) return found;
    await sleep(everyMs);
  }
}
