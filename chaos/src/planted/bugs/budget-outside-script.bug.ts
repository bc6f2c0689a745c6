import type { PlantedBug } from '../planted-bug.js';

export const budgetOutsideScript: PlantedBug = {
  name: 'budget-outside-script',
  breaks: 'the budget is checked by the executor before it sends a job, and not where it is reserved',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/budget.lua',
      find: `  if overrun > 0 or charged + wanted > limit then return 'budget' end
  if charged + reserved + wanted > limit then return 'budget-reserved' end
`,
      replace: '',
    },
    {
      file: 'apps/executor/src/dispatch/dispatch.service.ts',
      find: '      const input = await this.inputs.resolveInput(dispatch, reads);\n',
      replace: `      if (await this.isOverBudget(dispatch.directiveId))
        return refusalOf(dispatch, { code: 'BUDGET_EXCEEDED', message: 'over the budget' });
      const input = await this.inputs.resolveInput(dispatch, reads);
`,
    },
    {
      file: 'apps/executor/src/dispatch/dispatch.service.ts',
      find: '  /** The input, or what becomes of the attempt instead; undefined when its fence is dead. */',
      replace: `  private async isOverBudget(id: string): Promise<boolean> {
    const { redis, keys } = this.context;
    const [budget, text] = await redis.hmget(keys.directive(id), 'budgetMicroUsd', 'counts');
    const counts = JSON.parse(text ?? '[]') as number[];
    return Boolean(budget) && counts[12]! + counts[13]! - counts[14]! > Number(budget);
  }

  /** The input, or what becomes of the attempt instead; undefined when its fence is dead. */`,
    },
  ],
  run: 'calm',
  expects: ['5 charged - overrun + reserved <= budget'],
};
