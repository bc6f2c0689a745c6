import { describe, expect, it } from '@jest/globals';
import type { DirectiveEvent, DirectiveView } from '#libs/contracts';
import type { DirectiveSource } from './directive-source.js';
import { type FollowOptions, followDirective } from './follow-directive.js';
import { aDirective, aTask, anEvent, sampleId } from './sample-directive.js';

/** A server that goes one step on at each question for events, in pages of two. */
function aServer(steps: readonly Partial<DirectiveView>[], history: readonly DirectiveEvent[] = []) {
  const asked = { plans: 0, eventsAfter: [] as number[] };
  let step = 0;
  const source: DirectiveSource = {
    getDirective: () => Promise.resolve(aDirective(steps[Math.min(step, steps.length - 1)])),
    listTasks: () => Promise.resolve([aTask({ id: `plan-${++asked.plans}` })]),
    listEvents: (_id, after) => {
      asked.eventsAfter.push(after);
      step++;
      const items = history.filter((event) => event.seq > after).slice(0, 2);
      return Promise.resolve({ items, nextCursor: items.length === 2 ? '2' : null });
    },
  };
  return { source, asked };
}

async function follow(source: DirectiveSource, options: Partial<FollowOptions> = {}) {
  const snapshots = [];
  const { signal } = new AbortController();
  const all = followDirective(source, sampleId, { signal, withTasks: false, pollMs: 1, ...options });
  for await (const snapshot of all) snapshots.push(snapshot);
  return snapshots;
}

const fiveEvents = [1, 2, 3, 4, 5].map((seq) => anEvent(seq));

describe('following a directive', () => {
  it('hands on every event once and in order, also of a directive that is at rest already', async () => {
    const { source } = aServer([{ state: 'COMPLETED', lastSeq: 5 }], fiveEvents);
    const snapshots = await follow(source);
    expect(snapshots.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2, 3, 4, 5]);
  });

  it('ends with the state at rest', async () => {
    const { source } = aServer([{ lastSeq: 0 }, { lastSeq: 2 }, { state: 'FAILED', lastSeq: 5 }], fiveEvents);
    const snapshots = await follow(source);
    expect(snapshots.at(-1)?.directive.state).toBe('FAILED');
  });

  it('ends at PARTIALLY_COMPLETED, which only a human sends on', async () => {
    const { source } = aServer([{ state: 'PARTIALLY_COMPLETED', lastSeq: 0 }]);
    expect((await follow(source)).at(-1)?.directive.state).toBe('PARTIALLY_COMPLETED');
  });

  it('reads the plan first, then only events after it, and the plan again only when some came', async () => {
    const { source, asked } = aServer([{ lastSeq: 3 }, { state: 'COMPLETED', lastSeq: 5 }], fiveEvents);
    const snapshots = await follow(source, { withTasks: true });
    expect(asked.eventsAfter[0]).toBe(3);
    expect(asked.plans).toBe(2);
    expect(snapshots.at(-1)?.tasks.map(({ id }) => id)).toEqual(['plan-2']);
  });

  it('does not fetch the plan again for a directive at rest', async () => {
    const { source, asked } = aServer([{ state: 'COMPLETED', lastSeq: 5 }], fiveEvents);
    await follow(source, { withTasks: true });
    expect(asked.plans).toBe(1);
  });

  it('ends at rest although older events are gone', async () => {
    const { source } = aServer([{ state: 'COMPLETED', lastSeq: 5 }], []);
    expect(await follow(source)).toHaveLength(2);
  });

  it('rejects as soon as the signal aborts', async () => {
    const { source } = aServer([{ lastSeq: 0 }]);
    const leaving = new AbortController();
    const following = follow(source, { signal: leaving.signal, pollMs: 60_000 });
    leaving.abort();
    await expect(following).rejects.toMatchObject({ name: 'AbortError' });
  });
});
