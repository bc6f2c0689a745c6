import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { ActionCatalog, Keys } from '#libs/state';
import { ChangedActions, RivalActions, TestActions, witness } from './worker-host.controller.js';
import { WorkerStage } from './worker-host.stage.js';

let stage: WorkerStage;
let catalog: ActionCatalog;

beforeAll(async () => {
  stage = await WorkerStage.set();
  catalog = new ActionCatalog(stage.redis, new Keys('coc'));
  await (await stage.boot()).close();
});

afterAll(async () => {
  await stage?.strike();
});

describe('a booting host', () => {
  it('publishes its actions to the catalog', async () => {
    expect(await catalog.get('test.greet')).toMatchObject({
      version: '7',
      effect: 'pure',
      input: { type: 'object', required: ['name'], additionalProperties: false },
      output: { required: ['text'] },
    });
    expect(await catalog.get('test.deploy')).toMatchObject({ effect: 'once' });
  });

  it('does not start when COC_ACTIONS names an action it does not know', async () => {
    await expect(stage.boot({ COC_ACTIONS: 'test.greet,test.gret' })).rejects.toThrow(
      /COC_ACTIONS: no action test\.gret here; known are .*test\.greet/,
    );
  });

  it('does not start when its version of an action is published with another content', async () => {
    await expect(stage.boot({}, [ChangedActions])).rejects.toThrow(/test\.greet@7 is published with another content/);
  });

  it('does not start when an action has two handlers', async () => {
    await expect(stage.boot({}, [TestActions, RivalActions])).rejects.toThrow(
      'test.greet has two handlers, TestActions.greet and RivalActions.greetToo',
    );
  });

  it('does not start without Redis', async () => {
    await expect(stage.boot({ REDIS_URL: 'redis://127.0.0.1:1' })).rejects.toThrow(
      /No Redis answers at 127\.0\.0\.1:1/,
    );
  });

  it('serves only the actions that COC_ACTIONS names', async () => {
    const host = await stage.boot({ COC_ACTIONS: 'test.greet' });
    const other = await stage.send('test.throw');
    expect(await stage.outputOf('test.greet', { input: { name: 'Ada' } })).toEqual({
      output: { text: 'Hello, Ada' },
    });
    await host.close();
    expect(await other.job.getState()).toBe('waiting');
    await other.job.remove();
  });
});

describe('a closing host', () => {
  it('lets a running attempt finish within the grace', async () => {
    const host = await stage.boot();
    const { result } = await stage.send('test.wait', { input: 'grace' });
    await witness.saw('grace started');
    const closed = host.close();
    witness.see('grace may end');
    await closed;
    expect(await result()).toEqual({ output: 'done' });
  });

  it('aborts what runs longer, and leaves what waits to others', async () => {
    const host = await stage.boot({ COC_SHUTDOWN_GRACE_MS: '100', COC_WORKER_CONCURRENCY: '1' });
    const running = await stage.send('test.wait', { input: 'long' });
    const waiting = await stage.send('test.wait', { input: 'next' });
    await witness.saw('long started');
    await host.close();
    expect(await stage.failureOf(running.result())).toEqual({
      code: 'SHUTDOWN',
      message: 'the worker process is shutting down',
      class: 'lost',
    });
    expect(await waiting.job.getState()).toBe('waiting');
  });

  it('ends even when Redis no longer answers', async () => {
    const host = await stage.boot({ COC_SHUTDOWN_GRACE_MS: '100', COC_KEY_PREFIX: 'silent' });
    stage.server.process.kill('SIGSTOP');
    await host.close();
    stage.server.process.kill('SIGCONT');
    expect(await stage.redis.ping()).toBe('PONG');
  });
});
