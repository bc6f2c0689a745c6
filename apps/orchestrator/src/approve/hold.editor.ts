import { CocError, type ActionRecord, type AskedRisk, type HoldView, type Json, type RiskLevel } from '#libs/contracts';
import { SchemaValidator, approvalDigest, askedRisk, inputLimitOf, inputTooLarge } from '#libs/policy';
import {
  isLarge,
  replaceInput,
  type ActionCatalog,
  type DirectiveOrders,
  type FoundHold,
  type PayloadStore,
} from '#libs/state';

/** A held task with another input: what will run, and how risky that is. */
export interface EditedHold {
  /** The spec with the new input. */
  text: string;
  digest: string;
  edited: AskedRisk;
}

type ActionPin = Pick<HoldView, 'action' | 'actionVersion'>;

/** What a human writes in place of a task's input, or of its output, is checked as a client's or a worker's would be. */
export class HoldEditor {
  private readonly validator = new SchemaValidator();

  constructor(
    private readonly actions: ActionCatalog,
    private readonly orders: DirectiveOrders,
    private readonly payloads: PayloadStore,
  ) {}

  async edit({ specText, view }: FoundHold, input: Json): Promise<EditedHold> {
    const action = await this.actionOf(view);
    const text = JSON.stringify(input);
    const bytes = Buffer.byteLength(text);
    const maxBytes = inputLimitOf(action);
    if (bytes > maxBytes) throw new CocError('INPUT_INVALID', `the edited input: ${inputTooLarge(bytes, maxBytes)}`);
    this.check(action.input, input, '/input', `the edited input is not what ${view.action} takes`);
    const claim = isLarge(text) ? await this.payloads.put(view.directiveId, text) : undefined;
    const subject = { action: view.action, version: view.actionVersion, input, assignment: view.assignment };
    return {
      text: replaceInput(specText, input, claim),
      digest: approvalDigest(subject),
      edited: await this.riskOf(view, action, input),
    };
  }

  async checkOutput({ view }: { view: ActionPin }, output: Json): Promise<void> {
    const action = await this.actionOf(view);
    this.check(action.output, output, '/output', `the output is not what ${view.action} gives`);
  }

  /** On the terms it was asked under; `always`, for it is asked already. */
  private async riskOf(view: HoldView, action: ActionRecord, input: Json): Promise<AskedRisk> {
    const order = await this.orders.load(view.directiveId);
    const { effect, network } = action;
    const terms = { priority: order?.request.priority ?? 'MEDIUM', network, declared: declaredOf(view) } as const;
    return askedRisk({ action: view.action, effect, input, requested: true }, { policy: 'always', ...terms })!;
  }

  private async actionOf({ action, actionVersion }: ActionPin): Promise<ActionRecord> {
    const record = await this.actions.get(action, actionVersion);
    if (!record) throw new CocError('ACTION_UNKNOWN', `${action}@${actionVersion} is no longer in the catalog`);
    return record;
  }

  private check(schema: ActionRecord['input'], value: Json, place: string, message: string): void {
    const faults = this.validator.validate(schema, value);
    if (faults.length === 0) return;
    const code = 'INPUT_INVALID';
    const listed = faults.map(({ pointer, detail }) => ({ pointer: `${place}${pointer}`, code, detail }) as const);
    throw new CocError(code, message, listed);
  }
}

/** The higher of the action's and the task's own word stands among the factors. */
function declaredOf({ risk }: HoldView): RiskLevel {
  const levels: readonly RiskLevel[] = ['high', 'medium', 'low'];
  return levels.find((level) => risk?.factors.some(({ factor }) => factor === `declared-${level}`)) ?? 'low';
}
