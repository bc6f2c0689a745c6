import { CocError } from '#libs/contracts';
import type { DirectiveOrders, KeyRegister, KeyReservation } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import type { SubmitResult } from '../http/directive-ingress.js';

type KeyedRequest = Parameters<KeyRegister['reserve']>[0];

/** Lets what is sent under an Idempotency-Key in once, and gives who sends it again the same answer. */
export class KeyDesk {
  constructor(
    private readonly register: KeyRegister,
    private readonly orders: Pick<DirectiveOrders, 'requestHash'>,
    private readonly logger: Logger,
  ) {}

  /** `submit` gets the id that is to be used: after a change of COC_SHARDS it is still that of the first try. */
  async once(request: KeyedRequest, submit: (directiveId: string) => Promise<SubmitResult>): Promise<SubmitResult> {
    const answer = await this.register.reserve(request);
    if (answer.result === 'done') return { id: answer.directiveId, created: false };
    if (answer.result === 'mismatch') throw mismatch();
    if (answer.result === 'busy') throw inProgress(answer.leftMs);
    return this.finish(answer.reservation, async (id) =>
      submit(id).catch(async (error: unknown) => this.findEarlier(id, request.requestHash, error)),
    );
  }

  private async finish(
    reservation: KeyReservation,
    submit: (directiveId: string) => Promise<SubmitResult>,
  ): Promise<SubmitResult> {
    try {
      const result = await submit(reservation.directiveId);
      // Nobody waits for it: should it be lost, whoever comes again goes on with the same id and finds the directive.
      void this.end(reservation, 'done');
      return result;
    } catch (error) {
      await this.end(reservation, isRefusal(error) ? 'refused' : 'unknown');
      throw error;
    }
  }

  /** A server may have died between accepting the directive and its answer; what it accepted may be refused by now, and runs all the same. */
  private async findEarlier(id: string, requestHash: string, error: unknown): Promise<SubmitResult> {
    const known = isRefusal(error) ? await this.orders.requestHash(id) : undefined;
    if (known === undefined) throw error;
    if (known !== requestHash) throw mismatch();
    return { id, created: false };
  }

  private async end(reservation: KeyReservation, what: 'done' | 'refused' | 'unknown'): Promise<void> {
    await this.register
      .end(reservation, what)
      .catch((error: unknown) => this.logger.warn({ err: error, what }, 'the end of an Idempotency-Key was not kept'));
  }
}

/** It is certain that this try left nothing behind. */
function isRefusal(error: unknown): boolean {
  return error instanceof CocError && (error.status < 500 || error.code === 'MEMORY_SHORT');
}

function mismatch(): CocError {
  return new CocError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for another request; use a new key');
}

function inProgress(leftMs: number): CocError {
  const detail = 'a request with this Idempotency-Key is in progress; send it again in a moment';
  // It is usually answered within milliseconds; only that of a process that died takes all its time.
  return new CocError('IDEMPOTENCY_IN_PROGRESS', detail, [], { retryAfterMs: Math.min(leftMs, 1_000) });
}
