import type { Env } from '#libs/config';
import type { AgentProvider } from './agent.provider.js';
import { MockProvider } from './mock.provider.js';
import { ModuleProvider } from './module.provider.js';

/** Who answers prompts here. Throws StartRefusal when COC_MODE=real has nobody. */
export async function openProvider({ mode, module, mock }: Env['agent']): Promise<AgentProvider> {
  return mode === 'mock' ? new MockProvider(mock) : ModuleProvider.load(module);
}
