import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { AnswerDeadline } from './answer-deadline.js';

let fastify: FastifyInstance;
let deadline: AnswerDeadline;
let asked: PromiseWithResolvers<void>;
let late: PromiseWithResolvers<string>;

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  asked = Promise.withResolvers();
  late = Promise.withResolvers();
  fastify = Fastify();
  deadline = new AnswerDeadline((error, _request, reply) => void reply.status(error.status).send(error.detail));
  deadline.watch(fastify);
  fastify.get('/quick', async () => 'yes');
  fastify.get('/slow', async () => {
    asked.resolve();
    return late.promise;
  });
  await fastify.ready();
});

afterEach(async () => {
  jest.useRealTimers();
  await fastify.close();
});

/** Sends a question that is not answered, and waits until it is being worked at. */
async function askSlowly(): Promise<{ answer: Promise<LightMyRequestResponse> }> {
  const answer = fastify.inject('/slow').then((response) => response);
  await asked.promise;
  return { answer };
}

describe('a question', () => {
  it('that Redis never answers is answered after 15 s all the same, once', async () => {
    const { answer } = await askSlowly();
    jest.advanceTimersByTime(14_999);
    expect(await Promise.race([answer, Promise.resolve('nothing yet')])).toBe('nothing yet');
    jest.advanceTimersByTime(1);
    late.resolve('too late');
    expect(await answer).toMatchObject({ statusCode: 503, body: expect.stringContaining('did not answer in 15 s') });
  });

  it('that is answered in time keeps its answer, and no timer', async () => {
    expect((await fastify.inject('/quick')).body).toBe('yes');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that waits when the process ends is told so', async () => {
    const { answer } = await askSlowly();
    deadline.endAll();
    expect(await answer).toMatchObject({ statusCode: 503, body: expect.stringContaining('is shutting down') });
    late.resolve('too late');
  });
});
