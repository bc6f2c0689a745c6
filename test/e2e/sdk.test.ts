import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CocEvent,
  DetachedError,
  DirectiveFailedError,
  DirectiveRefusedError,
  type DirectiveSpec,
  EventBus,
  ServerUnreachableError,
  runDirective,
} from 'chain-of-command';
import { EventList } from '#libs/contracts';
import { actAsOwnerOf } from '../setup/act-as-owner.js';
import { WatchBed } from './watch-bed.js';

let bed: WatchBed;
let url: string;

beforeAll(async () => {
  bed = await WatchBed.open();
  url = bed.services.url;
  actAsOwnerOf(bed.services.dataDir);
});
afterAll(async () => bed.close());

/** As the first orchestrator's README has it. */
const spec: DirectiveSpec = {
  id: 'my-directive',
  description: 'Custom directive',
  tasks: [{ id: 'task-1', role: 'worker', prompt: 'Do something' }],
  policies: { maxRetries: 3, retryDelayMs: 1000 },
};
const failing: DirectiveSpec = {
  tasks: [{ id: 'a', role: 'worker', prompt: 'p', maxRetries: 0, mock: { failures: 1 } }],
};
const long: DirectiveSpec = { tasks: [{ id: 'a', role: 'worker', prompt: 'p', mock: { latencyMs: 600_000 } }] };

async function rejection<E>(promise: Promise<unknown>, type: new (...parts: never[]) => E): Promise<E> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(type);
  return error as E;
}

async function eventsOf(id: string) {
  return EventList.parse((await bed.services.send('GET', `/directives/${id}/events?limit=1000`)).body).items;
}

/** An action that nobody serves until `work`. */
async function unserved(action: string): Promise<DirectiveSpec> {
  await bed.publish(action, { effect: 'pure' });
  return { tasks: [{ id: 'wait', action, input: { text: 'x' } }] };
}

describe('runDirective', () => {
  it('resolves to what became of the directive, and may be called again with the same spec', async () => {
    const events: CocEvent[] = [];
    const first = await runDirective(spec, { url, onEvent: (event) => events.push(event) });
    const second = await runDirective(spec, { url });
    expect(first).toMatchObject({
      ref: expect.stringMatching(/^my-directive\//),
      state: 'COMPLETED',
      output: { role: 'worker', text: expect.stringContaining('Do something') },
      tasks: [{ id: 'task-1', action: 'agent.worker', state: 'succeeded', attempts: 1, costUsd: 0 }],
      costUsd: 0,
      error: null,
    });
    expect(second.id).not.toBe(first.id);
    expect(second.output).toEqual(first.output);
    expect(events.map(({ seq, type, task }) => ({ seq, type, task }))).toEqual(
      (await eventsOf(first.id)).map(({ seq, type, task }) => ({ seq, type, task })),
    );
  });

  it('does nothing twice with the same key', async () => {
    const [one, two] = await Promise.all([1, 2].map(async () => runDirective(spec, { url, idempotencyKey: 'once' })));
    expect(two).toEqual(one);
  });

  it('rejects with the result when it is not COMPLETED, unless it is told not to', async () => {
    const { code, next, result } = await rejection(runDirective(failing, { url }), DirectiveFailedError);
    expect({ code, next }).toEqual({ code: 'DIRECTIVE_FAILED', next: `see each step with "coc replay ${result.id}"` });
    expect(result).toMatchObject({
      state: 'FAILED',
      output: null,
      tasks: [{ state: 'failed', error: { code: 'MOCK_FAILURE' } }],
    });
    expect(await runDirective(failing, { url, throwOnFailure: false })).toMatchObject({ state: 'FAILED' });
  });

  it('refuses a role that nobody has before anything is submitted, and names those that there are', async () => {
    const newest = async () =>
      ((await bed.services.send('GET', '/directives?limit=1')).body as { items: { id: string }[] }).items[0]!.id;
    const before = await newest();
    const wrong = { tasks: [{ id: 'a', role: 'wizard', prompt: 'p' }] };
    const { message, faults } = await rejection(runDirective(wrong, { url }), DirectiveRefusedError);
    expect(message).toContain('nobody has the role "wizard"; the roles are: worker');
    expect(faults).toMatchObject([{ pointer: '/tasks/0/role', code: 'ROLE_UNKNOWN' }]);
    expect(await newest()).toBe(before);
  });

  it('has the role of whoever registers its action', async () => {
    await bed.publish('agent.poet', { effect: 'pure' });
    await bed.work('agent.poet');
    const result = await runDirective({ tasks: [{ id: 'a', role: 'poet', prompt: 'Sing', input: 7 }] }, { url });
    expect(result.output).toEqual({ prompt: 'Sing', context: 7 });
  });

  it('rejects what the server refuses with every fault and its place', async () => {
    const wrong = { tasks: [{ id: 'a', action: 'no.such' }], colour: 'red' };
    const { code, faults } = await rejection(runDirective(wrong as DirectiveSpec, { url }), DirectiveRefusedError);
    expect({ code, pointers: faults.map(({ pointer }) => pointer) }).toEqual({
      code: 'UNKNOWN_FIELD',
      pointers: ['/colour'],
    });
    const unknown = await rejection(runDirective({ tasks: wrong.tasks }, { url }), DirectiveRefusedError);
    expect(unknown.next).toContain('coc actions list');
  });

  it('says how to get a server when none answers', async () => {
    const { code, next } = await rejection(runDirective(spec, { url: 'http://127.0.0.1:1' }), ServerUnreachableError);
    expect(code).toBe('SERVER_UNREACHABLE');
    expect(next).toContain('npm start');
    const wrong = await rejection(runDirective(spec, { url: 'localhost' }), ServerUnreachableError);
    expect(wrong.code).toBe('SERVER_ADDRESS_INVALID');
  });

  it('detaches when its signal aborts, and the directive goes on', async () => {
    const leave = new AbortController();
    const onEvent = ({ type }: CocEvent) => type === 'task.started' && leave.abort(new Error('enough'));
    const detached = await rejection(runDirective(long, { url, signal: leave.signal, onEvent }), DetachedError);
    expect(detached).toMatchObject({ name: 'AbortError', code: 'DETACHED', cause: { message: 'enough' } });
    const { body } = await bed.services.send('GET', `/directives/${detached.directiveId}`);
    expect(body).toMatchObject({ state: 'RUNNING' });
    await bed.services.send('POST', `/directives/${detached.directiveId}/cancel`);
  });

  it('cancels when its signal aborts and it was told so', async () => {
    const leave = new AbortController();
    const onEvent = ({ type }: CocEvent) => type === 'task.started' && leave.abort();
    const options = { url, signal: leave.signal, cancelOnAbort: true, onEvent };
    const { code, directiveId } = await rejection(runDirective(long, options), DetachedError);
    expect(code).toBe('CANCELLED');
    expect(await bed.services.finished(directiveId!)).toMatchObject({ state: 'CANCELLED' });
    const late = await rejection(runDirective(long, { url, signal: AbortSignal.abort() }), DetachedError);
    expect(late.directiveId).toBeUndefined();
  });
});

describe('the event bus', () => {
  it('gives every event once and in order over a restart of the server, and so does a run', async () => {
    const waiting = await unserved('sdk.restart');
    const bus = new EventBus({ url });
    const heard: CocEvent[] = [];
    const errors: Error[] = [];
    bus.onError((error) => errors.push(error));
    bus.subscribe('*', (event) => heard.push(event));
    await bus.ready();
    const ran: number[] = [];
    const queued = Promise.withResolvers<void>();
    const run = runDirective(waiting, {
      url,
      onEvent: ({ seq, type }) => {
        ran.push(seq);
        if (type === 'task.queued') queued.resolve();
      },
    });
    await queued.promise;
    await bed.restart(async () => bed.work('sdk.restart'));
    const { id, state } = await run;
    const all = (await eventsOf(id)).map(({ seq }) => seq);
    const deadline = performance.now() + 20_000;
    const own = () => heard.filter(({ directiveId }) => directiveId === id).map(({ seq }) => seq);
    while (own().length < all.length && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    bus.close();
    expect({ state, ran, heard: own() }).toEqual({ state: 'COMPLETED', ran: all, heard: all });
    // Told each time the connection is lost: on a busy machine more than once.
    expect(new Set(errors.map((error) => (error as ServerUnreachableError).code))).toEqual(
      new Set(['SERVER_UNREACHABLE']),
    );
  });
});
