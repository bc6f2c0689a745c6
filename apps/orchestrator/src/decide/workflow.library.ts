import type { Fault, Json } from '#libs/contracts';
import { decideWorkflowForIntent, type PolicyFailure, type WorkflowChoice } from '#libs/policy';
import type { Workflow } from './workflow.js';

interface Wish {
  workflow?: string | undefined;
  intent?: string | undefined;
  input?: Json | undefined;
}

interface ChosenWorkflow {
  workflow: Workflow;
  input: Json;
}

/** The workflows this installation knows, by name. */
export class WorkflowLibrary {
  private readonly byName: Map<string, Workflow>;

  constructor(workflows: readonly Workflow[]) {
    this.byName = new Map(workflows.map((workflow) => [workflow.name, workflow]));
  }

  get(name: string): Workflow | undefined {
    return this.byName.get(name);
  }

  list(): { name: string; description: string; needsReview: boolean }[] {
    return [...this.byName.values()].map((workflow) => ({
      name: workflow.name,
      description: workflow.description,
      needsReview: workflow.review !== undefined,
    }));
  }

  /** The workflow that is named, or that the intent means, with its whole input; or why there is none. */
  choose({ workflow: named, intent = '', input: given }: Wish): ChosenWorkflow | PolicyFailure {
    const choice: WorkflowChoice = named === undefined ? this.chooseFor(intent) : { name: named };
    if ('failure' in choice) return choice.failure;
    const { name } = choice;
    const workflow = this.get(name);
    if (!workflow) return { code: 'WORKFLOW_UNKNOWN', message: `the workflow "${name}" is no longer known` };
    const input = given ?? (named === undefined ? workflow.inputFromIntent(intent) : {});
    const parsed = workflow.input.safeParse(input);
    if (parsed.success) return { workflow, input: parsed.data };
    const [issue] = parsed.error.issues;
    const field = issue?.path.length ? `/${issue.path.join('/')}` : 'its input';
    return {
      code: 'INPUT_INVALID',
      message: `${name} needs more than the directive gives: ${field}: ${issue?.message}`,
    };
  }

  private chooseFor(intent: string): WorkflowChoice {
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
