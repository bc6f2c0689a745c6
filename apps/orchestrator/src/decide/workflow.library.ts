import type { Fault, Json } from '#libs/contracts';
import { decideWorkflowForIntent, type WorkflowChoice } from '#libs/policy';
import type { Workflow } from './workflow.js';

/** The workflows this installation knows, by name. */
export class WorkflowLibrary {
  private readonly byName: Map<string, Workflow>;

  constructor(workflows: readonly Workflow[]) {
    this.byName = new Map(workflows.map((workflow) => [workflow.name, workflow]));
  }

  get(name: string): Workflow | undefined {
    return this.byName.get(name);
  }

  chooseFor(intent: string): WorkflowChoice {
    return decideWorkflowForIntent(intent, [...this.byName.values()]);
  }

  /** What is wrong with an order for a workflow, before it is accepted. */
  check(name: string, input: Json | undefined): Fault[] {
    const workflow = this.byName.get(name);
    if (!workflow) {
      const known = [...this.byName.keys()].join(', ');
      return [{ pointer: '/workflow', code: 'WORKFLOW_UNKNOWN', detail: `no workflow "${name}"; known are: ${known}` }];
    }
    const parsed = workflow.input.safeParse(input ?? {});
    return (parsed.error?.issues ?? []).map((issue) => ({
      pointer: `/input${issue.path.map((part) => `/${String(part)}`).join('')}`,
      code: 'INPUT_INVALID' as const,
      detail: issue.message,
    }));
  }
}
