// MOCK IMPLEMENTATION: no model is asked. Serves COC_MODE=mock, the default; COC_MODE=real takes module.provider.ts.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError } from '../../host/action-error.js';
import { AgentProvider, type AgentAnswer, type AgentRequest } from './agent.provider.js';

export interface MockSettings {
  seed: number;
  /** Share of attempts that fail, from 0 to 1. */
  failureRate: number;
  latencyMs: number;
}

const shownPromptChars = 200;
/** A rule of thumb for English text. */
const charsPerToken = 4;

/**
 * Answers from a hash. The text depends on seed, role, prompt and context; whether an attempt fails on seed, task, prompt
 * and attempt. The id of the directive is in neither, so the same directive run again has the same story.
 */
export class MockProvider extends AgentProvider {
  constructor(private readonly settings: MockSettings) {
    super();
  }

  async answer(request: AgentRequest, signal: AbortSignal): Promise<AgentAnswer> {
    const { latencyMs = this.settings.latencyMs, costUsd = 0 } = request.mock ?? {};
    if (latencyMs > 0) await sleep(latencyMs, undefined, { signal });
    this.failByOrder(request);
    this.failByChance(request);
    const text = this.textOf(request);
    const tokens = Math.ceil((request.prompt.length + text.length) / charsPerToken);
    return { text, model: request.model ?? 'mock', usage: { costUsd, tokens } };
  }

  private failByOrder({ attempt, mock }: AgentRequest): void {
    const failures = mock?.failures ?? 0;
    if (attempt <= failures) throw failure(`the task asks for ${failures} failed attempts, this is number ${attempt}`);
  }

  private failByChance({ taskId, prompt, attempt }: AgentRequest): void {
    const { seed, failureRate } = this.settings;
    const draw = Number.parseInt(digestOf(seed, taskId, prompt, attempt).slice(0, 12), 16) / 16 ** 12;
    if (draw < failureRate)
      throw failure(`MOCK_INJECT_FAILURE_RATE is ${failureRate} and the draw was ${draw.toFixed(3)}`);
  }

  private textOf({ role, prompt, context }: AgentRequest): string {
    const mark = digestOf(this.settings.seed, role, prompt, context ?? null).slice(0, 12);
    const shown = prompt.length > shownPromptChars ? `${prompt.slice(0, shownPromptChars)}…` : prompt;
    return `Mock answer ${mark} of the ${role} to: ${shown}`;
  }
}

const digestOf = (...parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

const failure = (message: string) => new ActionError('MOCK_FAILURE', message, { class: 'transient' });
