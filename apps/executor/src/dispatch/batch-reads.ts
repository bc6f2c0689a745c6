import type { Json } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';

/** What the tasks of one batch read of their directives, each thing once: an input may have 8 MB, and a fan-out 5,000 children. */
export class BatchReads {
  private readonly inputs = new Map<string, Promise<Json | undefined>>();
  private readonly outputs = new Map<string, Promise<Map<number, Json>>>();

  constructor(private readonly context: Pick<ExecutorContext, 'facts' | 'outputs'>) {}

  async input(directiveId: string): Promise<Json | undefined> {
    const known = this.inputs.get(directiveId) ?? this.context.facts.directiveInput(directiveId);
    this.inputs.set(directiveId, known);
    return known;
  }

  async outputsOf(directiveId: string, indexes: readonly number[]): Promise<Map<number, Json>> {
    const key = `${directiveId}.${indexes.join('.')}`;
    const known = this.outputs.get(key) ?? this.context.outputs.get(directiveId, indexes);
    this.outputs.set(key, known);
    return known;
  }
}
