import { describe, expect, it } from '@jest/globals';
import { ActionError } from '../../host/action-error.js';
import type { AgentRequest } from './agent.provider.js';
import { MockProvider } from './mock.provider.js';

const never = new AbortController().signal;
const settings = { seed: 42, failureRate: 0, latencyMs: 0 };
const request: AgentRequest = {
  role: 'worker',
  prompt: 'Do something',
  context: undefined,
  model: null,
  taskId: 'task-1',
  attempt: 1,
  effectKey: 'd0_x.0',
  mock: undefined,
};

const textOf = async (seed: number, changed: Partial<AgentRequest> = {}) =>
  (await new MockProvider({ ...settings, seed }).answer({ ...request, ...changed }, never)).text;

const failsAt = async (seed: number, attempt: number, effectKey: string): Promise<boolean> =>
  new MockProvider({ ...settings, seed, failureRate: 0.5 }).answer({ ...request, attempt, effectKey }, never).then(
    () => false,
    () => true,
  );

const attempts = Array.from({ length: 32 }, (_, at) => at + 1);

describe('the mock of an agent', () => {
  it('gives the same answer to the same prompt, whatever the directive and the attempt', async () => {
    expect(await textOf(42, { effectKey: 'd0_y.7', attempt: 3 })).toBe(await textOf(42));
  });

  it('answers differently for another prompt, role, context or seed', async () => {
    const texts = await Promise.all([
      textOf(42),
      textOf(7),
      textOf(42, { prompt: 'Do something else' }),
      textOf(42, { role: 'judge' }),
      textOf(42, { context: { draft: 'x' } }),
    ]);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('fails the same attempts in every run of a directive, and others with another seed', async () => {
    const run = async (seed: number, key: string) =>
      Promise.all(attempts.map(async (attempt) => failsAt(seed, attempt, key)));
    const first = await run(42, 'd0_a.0');
    expect(await run(42, 'd0_b.0')).toEqual(first);
    expect(await run(43, 'd0_a.0')).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([true, false]));
  });

  it('never fails by chance at a rate of 0, and always at 1', async () => {
    const ends = async (failureRate: number) =>
      new MockProvider({ ...settings, failureRate }).answer(request, never).then(
        () => 'answered',
        (error: ActionError) => `${error.code} ${error.class}`,
      );
    expect([await ends(0), await ends(1)]).toEqual(['answered', 'MOCK_FAILURE transient']);
  });

  it('fails as many attempts as the task asks for and then reports the cost it asks for', async () => {
    const provider = new MockProvider(settings);
    const mock = { failures: 2, costUsd: 0.5 };
    for (const attempt of [1, 2]) {
      await expect(provider.answer({ ...request, attempt, mock }, never)).rejects.toThrow(ActionError);
    }
    const answer = await provider.answer({ ...request, attempt: 3, mock }, never);
    expect(answer.usage).toMatchObject({ costUsd: 0.5, tokens: expect.any(Number) });
  });

  it('stops waiting when its attempt is aborted', async () => {
    const leave = new AbortController();
    const answer = new MockProvider({ ...settings, latencyMs: 3_600_000 }).answer(request, leave.signal);
    leave.abort();
    await expect(answer).rejects.toThrow(/abort/i);
  });
});
