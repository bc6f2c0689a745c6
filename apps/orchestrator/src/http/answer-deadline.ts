import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CocError, limits } from '#libs/contracts';
import { repeatIt } from './problem.js';

const patienceMs = limits.answerWithinMs;

type Answer = (error: CocError, request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Commands wait for a Redis that is away; whoever asked gets an answer all the same. As hooks, for an interceptor of Nest costs a tenth of a
 * submit; not by Fastify's `handlerTimeout`, which cuts off a stream that is under way.
 */
export class AnswerDeadline {
  private readonly waiting = new Map<FastifyRequest, { reply: FastifyReply; timer: NodeJS.Timeout }>();

  constructor(private readonly answer: Answer) {}

  watch(fastify: FastifyInstance): void {
    fastify.addHook('preHandler', (request, reply, done) => {
      const timer = setTimeout(() => {
        this.giveUp(request, `the record did not answer in ${patienceMs / 1_000} s; ${repeatIt}`);
      }, patienceMs);
      // A stream that was handed over has no answer that would end it.
      timer.unref();
      this.waiting.set(request, { reply, timer });
      done();
    });
    fastify.addHook('onSend', (request, _reply, _payload, done) => {
      this.forget(request);
      done();
    });
  }

  /** The process ends: who still waits is told so now, instead of meeting a closed connection. */
  endAll(): void {
    for (const request of this.waiting.keys()) this.giveUp(request, `the server is shutting down; ${repeatIt}`);
  }

  private forget(request: FastifyRequest): FastifyReply | undefined {
    const { reply, timer } = this.waiting.get(request) ?? {};
    clearTimeout(timer);
    this.waiting.delete(request);
    return reply;
  }

  private giveUp(request: FastifyRequest, detail: string): void {
    const reply = this.forget(request);
    // A stream has taken its connection over by then.
    if (reply && !reply.sent) this.answer(new CocError('UNAVAILABLE', detail), request, reply);
  }
}
