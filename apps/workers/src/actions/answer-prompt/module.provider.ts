import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartRefusal, Usage } from '#libs/contracts';
import { z } from 'zod';
import { ActionError } from '../../host/action-error.js';
import { AgentProvider, type AgentAnswer, type AgentRequest } from './agent.provider.js';

type Answer = (request: Omit<AgentRequest, 'mock'> & { signal: AbortSignal }) => unknown;

const ModuleAnswer = z.object({ text: z.string(), model: z.string().default('unnamed'), usage: Usage.optional() });

const wayOut =
  'set it to an ES module that exports "answer" (docs/typescript-api.md shows one), or use COC_MODE=mock, which needs none';

/** COC_MODE=real without a module that can answer: nothing falls back to the mock in silence. */
class ProviderMissingError extends StartRefusal {
  constructor(fault: string, options?: { cause?: unknown }) {
    super(`COC_MODE=real needs a provider, and ${fault}: ${wayOut}.`, options);
  }
}

/** A module of the user's own that exports `answer(request)`. */
export class ModuleProvider extends AgentProvider {
  private constructor(
    private readonly path: string,
    private readonly ask: Answer,
  ) {
    super();
  }

  /** Loads the module. Throws ProviderMissingError. */
  static async load(path: string | undefined): Promise<ModuleProvider> {
    if (path === undefined) throw new ProviderMissingError('COC_AGENT_MODULE is not set');
    const loaded = (await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ProviderMissingError(`COC_AGENT_MODULE ${path} cannot be loaded (${reason})`, { cause });
    })) as { answer?: unknown };
    if (typeof loaded.answer === 'function') return new ModuleProvider(path, loaded.answer as Answer);
    throw new ProviderMissingError(`COC_AGENT_MODULE ${path} exports no function "answer"`);
  }

  async answer({ mock: _, ...request }: AgentRequest, signal: AbortSignal): Promise<AgentAnswer> {
    const parsed = ModuleAnswer.safeParse(await this.ask({ ...request, signal }));
    if (parsed.success) return parsed.data;
    const fault = parsed.error.issues[0];
    const message = `${this.path} answered with ${fault?.path.join('/') || 'something'} that is wrong: ${fault?.message}`;
    throw new ActionError('PROVIDER_ANSWER_INVALID', message);
  }
}
