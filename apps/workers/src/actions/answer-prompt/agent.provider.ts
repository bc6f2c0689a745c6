import type { Usage } from '#libs/contracts';
import type { MockOrders } from './answer-prompt.schema.js';

export interface AgentRequest {
  role: string;
  prompt: string;
  context: unknown;
  /** What the task asks for, when it names a model. */
  model: string | null;
  taskId: string;
  attempt: number;
  /** The same for every attempt of a task: the idempotency key for what a provider does outside. */
  effectKey: string;
  mock: MockOrders | undefined;
}

export interface AgentAnswer {
  text: string;
  model: string;
  usage?: Usage | undefined;
}

/** Who answers the prompts of `agent.*` actions: the mock, or the module that COC_AGENT_MODULE names. */
export abstract class AgentProvider {
  /** Throws ActionError to say whether another attempt may help; any other error counts as passing. */
  abstract answer(request: AgentRequest, signal: AbortSignal): Promise<AgentAnswer>;
}
