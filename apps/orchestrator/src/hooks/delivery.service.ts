import { deliveryIdOf, limits, type DeliveryMessage, type DeliveryTry, type DirectiveEvent } from '#libs/contracts';
import type { DeliveryTurn } from '#libs/queues';
import type { DirectiveReader, Hook, HookLog, HookRegister, HookStates } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import type { HookAddress } from './hook-address.js';
import { postDelivery, type PostAnswer } from './post-delivery.js';
import { signatureHeaders } from './sign-delivery.js';

export interface DeliveryParts {
  register: HookRegister;
  states: HookStates;
  log: HookLog;
  reader: DirectiveReader;
  address: HookAddress;
  timeoutMs: number;
  disableAfterMs: number;
  logger: Logger;
}

/** The receiver has not got it yet. */
class DeliveryFailure extends Error {}

const gone = 410;

/** Posts one event to one webhook, once: BullMQ brings it back when this throws. */
export class DeliveryService {
  constructor(private readonly parts: DeliveryParts) {}

  /** Throws when it is to be tried again. Its webhook may be gone or disabled by now: then nothing is left to do. */
  async deliver(message: DeliveryMessage, turn: DeliveryTurn): Promise<void> {
    const { tenant, hookId } = message;
    const hook = await this.parts.register.find(tenant, hookId);
    if (!hook || hook.disabledAt !== undefined) return;
    const body = await this.bodyOf(message);
    const startedAt = performance.now();
    const answer = body === undefined ? removed : await this.post(hook, deliveryIdOf(message), body);
    const isOver = turn.isLast || answer === removed || answer.status === gone;
    const outcome = answer.error === null ? 'delivered' : isOver ? 'failed' : 'retrying';
    const durationMs = Math.round(performance.now() - startedAt);
    await this.parts.log.add(tenant, hookId, entryOf(message, { ...answer, outcome, durationMs, try: turn.number }));
    if (answer !== removed) await this.judge(message, hook, answer);
  }

  /** What a failed or successful try says of the webhook. */
  private async judge({ tenant, hookId }: DeliveryMessage, hook: Hook, answer: PostAnswer): Promise<void> {
    const { states, disableAfterMs, logger } = this.parts;
    if (answer.error === null) {
      if (hook.failingSince !== undefined) await states.succeeded(tenant, hookId);
      return;
    }
    const isDisabled =
      answer.status === gone
        ? await states.disable(tenant, hookId)
        : await states.failed(tenant, hookId, disableAfterMs);
    if (isDisabled) logger.warn({ tenant, hookId, error: answer.error }, 'a webhook is disabled');
    else if (answer.status !== gone) throw new DeliveryFailure(answer.error);
  }

  /** The same to the byte in every try. undefined when the event went with its directive. */
  private async bodyOf({ tenant, directiveId, seq }: DeliveryMessage): Promise<string | undefined> {
    const events = await this.parts.reader.events(tenant, directiveId, { after: seq - 1, limit: 1 });
    const event = events?.[0];
    if (event?.seq !== seq) return undefined;
    const body = writeBody(event);
    return Buffer.byteLength(body) <= limits.maxDeliveryBytes ? body : writeBody({ ...event, data: {} });
  }

  private async post(hook: Hook, id: string, body: string): Promise<PostAnswer> {
    const { address, timeoutMs } = this.parts;
    try {
      const url = address.parse(hook.url);
      const headers = signatureHeaders(hook.secret, { id, timestamp: Math.floor(Date.now() / 1_000), body });
      return await postDelivery({ url, headers, body, timeoutMs, lookup: address.lookupFor(url) });
    } catch (error) {
      // What was allowed when it was registered may not be now.
      return { status: null, error: (error as Error).message };
    }
  }
}

const removed: PostAnswer = { status: null, error: 'the event was removed with its directive' };

function writeBody(event: DirectiveEvent): string {
  return JSON.stringify({ type: event.type, timestamp: event.timestamp, data: event });
}

/** An entry of the log, as of now. */
export function entryOf(
  message: DeliveryMessage,
  said: Pick<DeliveryTry, 'try' | 'durationMs' | 'outcome' | 'status' | 'error'>,
): DeliveryTry {
  return { deliveryId: deliveryIdOf(message), type: message.type, at: new Date().toISOString(), ...said };
}
