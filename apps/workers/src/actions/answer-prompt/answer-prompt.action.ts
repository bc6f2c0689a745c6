import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ActionContext } from '../../host/action-context.js';
import { Action } from '../../host/action.decorator.js';
import { AgentProvider } from './agent.provider.js';
import { PromptInput, PromptOutput } from './answer-prompt.schema.js';

@Controller()
export class AnswerPrompt {
  constructor(private readonly provider: AgentProvider) {}

  // `pure`: an answer that is lost is asked for again, and nothing outside has changed.
  @Action('agent.worker', {
    description: 'Answers a prompt: by a mock, or by the provider of the installation (COC_MODE).',
    effect: 'pure',
    input: PromptInput,
    output: PromptOutput,
  })
  async answer(@Payload() input: PromptInput, @Ctx() context: ActionContext): Promise<PromptOutput> {
    const { action, taskId, attempt, effectKey, __assignment: assignment } = context.message;
    const role = action.slice(action.indexOf('.') + 1);
    const request = { ...input, role, taskId, attempt, effectKey };
    const { text, model, usage } = await this.provider.answer(
      { ...request, context: input.context, model: assignment.model, mock: input.mock },
      context.signal,
    );
    if (usage) context.spend(usage);
    return { text, role, model };
  }
}
