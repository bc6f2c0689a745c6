import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { directiveStates, restingDirectiveStates, type AttemptId, type DirectiveState } from '#libs/contracts';
import { isTransitionAllowed, shiftPlan } from '#libs/policy';
import type { Settlement } from '#libs/state';
import { childrenOf, expandRaw } from './fan-out.js';
import { aDraft, echo, failure, outcome, planOf, queue } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => bed.close());

/** Brings a directive to where the script has something to do; answers its id and the call. */
type Scene = (stage: Stage) => Promise<{ id: string; call: () => Promise<unknown> }>;

const each = { id: 'each', action: 'test.echo', forEach: { items: [], maxItems: 10 }, input: { $item: '' } };
const evaluation = { verdict: 'accept' };

async function running(stage: Stage, verdict: (attempt: AttemptId) => Settlement): ReturnType<Scene> {
  const { id, granted } = await stage.begin([echo('a')]);
  return { id, call: async () => stage.attempts.settle([verdict(granted['a']!)]) };
}

async function retrying(stage: Stage): Promise<string> {
  const { id, granted } = await stage.begin([echo('a')]);
  await stage.settle({ ...failure(granted['a']!, { retryAtMs: 1 }), verdict: 'retry' });
  return id;
}

async function reviewed(stage: Stage): Promise<string> {
  const { id } = aDraft();
  await stage.store.accept(aDraft({ id, kind: 'workflow' }));
  await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
  const [granted] = (await stage.start(id)).dispatched;
  await stage.settle(outcome(granted!));
  return id;
}

async function fannedOut(stage: Stage): Promise<string> {
  return (await stage.begin([{ ...each, optional: true }])).id;
}

async function pending(stage: Stage): Promise<string> {
  const draft = aDraft();
  await stage.store.accept(draft);
  return draft.id;
}

function on(prepare: (stage: Stage) => Promise<string>, act: (stage: Stage, id: string) => Promise<unknown>): Scene {
  return async (stage) => {
    const id = await prepare(stage);
    return { id, call: async () => act(stage, id) };
  };
}

const planned = async (stage: Stage) => stage.accept([echo('a')]);
const scenes: Record<string, Scene> = {
  'start-directive': on(planned, async (stage, id) => stage.start(id)),
  'advance-cascade': on(planned, async (stage) => stage.attempts.advanceCascade(0)),
  'release-tasks': on(retrying, async (stage, id) => {
    await stage.redis.zadd(stage.keys.ready(0, queue), 1, `${id}.0`);
    return stage.attempts.releaseTasks(0, queue, 10);
  }),
  'fire-timers': on(retrying, async (stage) => stage.attempts.fireTimers(0, 10)),
  'settle-attempt succeeded': async (stage) => running(stage, outcome),
  'settle-attempt failed': async (stage) => running(stage, failure),
  'start-attempt': async (stage) => {
    const { id, granted } = await stage.begin([echo('a')]);
    return { id, call: async () => stage.attempts.startAttempts([granted['a']!]) };
  },
  'expand-task': on(fannedOut, async (stage, id) => expandRaw(stage, id, '0', 1, 0, childrenOf('each', 0, 1))),
  'expand-task over nothing': on(fannedOut, async (stage, id) => expandRaw(stage, id, '0', 0, 0, [])),
  'refuse-task': on(fannedOut, async (stage, id) => stage.attempts.refuseTask(id, '0', 'NO', 'no')),
  'pause-directive': on(planned, async (stage, id) => stage.store.pause(id, 'tester')),
  'resume-directive': on(planned, async (stage, id) => stage.store.resume(id, 'tester')),
  'cancel-directive': on(planned, async (stage, id) => stage.store.cancel(id)),
  'end-directive COMPLETED by hand': on(planned, async (stage, id) => stage.store.end(id, 'COMPLETED', 'tester')),
  'end-directive FAILED by hand': on(planned, async (stage, id) => stage.store.end(id, 'FAILED', 'tester')),
  'end-directive STOPPED by hand': on(planned, async (stage, id) => stage.store.end(id, 'STOPPED', 'tester')),
  'release-directive': on(
    async (stage) => stage.accept([echo('a')], { startsAt: 'order' }),
    async (stage, id) => stage.store.release(id, 'tester'),
  ),
  'expire-directive': on(planned, async (stage, id) => {
    await stage.letTtlPass(id);
    return stage.store.expire(id);
  }),
  'close-chunk': on(planned, async (stage, id) => stage.store.closeChunk(id)),
  'close-directive of none': on(pending, async (stage, id) => stage.store.close(id, 'FAILED')),
  'close-directive COMPLETED': on(reviewed, async (stage, id) =>
    stage.store.close(id, 'COMPLETED', undefined, evaluation),
  ),
  'close-directive FAILED': on(reviewed, async (stage, id) => stage.store.close(id, 'FAILED', undefined, evaluation)),
  'commit-plan': on(pending, async (stage, id) =>
    stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: false }),
  ),
  'extend-plan': on(reviewed, async (stage, id) =>
    stage.store.extendPlan(id, shiftPlan(planOf([echo('b')]), 1, 'hash'), 1),
  ),
  'resume-directive after the last task': on(reviewed, async (stage, id) => {
    await stage.store.resume(id, 'tester');
    return stage.cascade();
  }),
};

/** States in which the scene cannot be: before its plan a directive has no tasks, before its start no attempt and no review. */
const needsPlan = (name: string) =>
  !/none|commit|pause|resume-directive$|cancel|by hand|release-directive|expire/.test(name);
const needsStart = (name: string) => /settle|attempt|timers|close-directive [CF]|extend|last task/.test(name);

function isPossible(name: string, state: DirectiveState): boolean {
  if (state === 'PENDING') return !needsPlan(name);
  if (state === 'QUEUED') return !needsStart(name);
  return true;
}

const stateAfter: Record<string, DirectiveState> = {
  'directive.planned': 'QUEUED',
  'directive.released': 'QUEUED',
  'directive.started': 'RUNNING',
  'directive.paused': 'PAUSED',
  'directive.resumed': 'RUNNING',
  'directive.degraded': 'DEGRADED',
  'directive.recovered': 'RUNNING',
  'directive.completed': 'COMPLETED',
  'directive.partially_completed': 'PARTIALLY_COMPLETED',
  'directive.failed': 'FAILED',
  'directive.cancelled': 'CANCELLED',
  'directive.timeout': 'TIMEOUT',
  'directive.stopped': 'STOPPED',
  'directive.orphaned': 'ORPHANED',
};

/** What must not change once the directive rests; only an expiry that the test itself brought about changes `ttlAt`. */
async function ownKeys(stage: Stage, id: string): Promise<Record<string, unknown>> {
  const space = await stage.keyspace();
  const root = stage.keys.directive(id);
  const record = { ...(space[root] as object), ttlAt: undefined };
  return { ...Object.fromEntries(Object.entries(space).filter(([key]) => key.startsWith(`${root}:`))), record };
}

const rows = Object.keys(scenes).flatMap((name) =>
  directiveStates.filter((state) => isPossible(name, state)).map((state) => [name, state] as const),
);

describe('every step a script takes is in the lifecycle of directives', () => {
  it.each(rows)('%s on %s', async (name, from) => {
    const stage = bed.stage();
    const { id, call } = await scenes[name]!(stage);
    await stage.redis.hset(stage.keys.directive(id), 'state', from);
    const seen = (await stage.events(id)).length;
    const before = await ownKeys(stage, id);
    await call().catch((error: unknown) => {
      if (!String(error).includes('TRANSITION_ILLEGAL')) throw error;
    });
    const steps = (await stage.story(id)).slice(seen).flatMap((type) => stateAfter[type] ?? []);
    const path = [from, ...steps];
    const forbidden = steps.filter((to, at) => !isTransitionAllowed(path[at]!, to));
    expect({ path, forbidden }).toEqual({ path, forbidden: [] });
    expect((await stage.record(id))['state']).toBe(path.at(-1));
    const isSentOn = from === 'PARTIALLY_COMPLETED' && name === 'end-directive COMPLETED by hand';
    const rests = restingDirectiveStates.includes(from) && !isSentOn;
    const after = rests ? await ownKeys(stage, id) : before;
    expect(after).toEqual(before);
  });
});
