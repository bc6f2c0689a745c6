import { limits, type Json, type PayloadClaim } from '#libs/contracts';
import { fillSpec, type SpecRecord } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';

/** What the tasks of one batch read of their directives, each thing once: an input may have 8 MB, and a fan-out 5,000 children. */
export class BatchReads {
  private readonly inputs = new Map<string, Promise<Json | undefined>>();
  private readonly payloads = new Map<string, Promise<Json>>();
  private readonly outputs = new Map<string, Promise<Map<number, Json>>>();

  constructor(private readonly context: Pick<ExecutorContext, 'facts' | 'outputs' | 'payloads'>) {}

  async input(directiveId: string): Promise<Json | undefined> {
    const known = this.inputs.get(directiveId) ?? this.context.facts.directiveInput(directiveId);
    this.inputs.set(directiveId, known);
    return known;
  }

  /** The spec with what of it lies in the artifact store; children of a fan-out share the same template. */
  async fill(directiveId: string, spec: SpecRecord): Promise<SpecRecord> {
    return fillSpec(spec, async (claim) => this.payload(directiveId, claim));
  }

  /** Throws BODY_TOO_LARGE when together they are more than an input may be: ten tasks may be at it at once, and each holds its own. */
  async outputsOf(directiveId: string, indexes: readonly number[]): Promise<Map<number, Json>> {
    const key = `${directiveId}.${indexes.join('.')}`;
    const known = this.outputs.get(key) ?? this.context.outputs.get(directiveId, indexes, limits.maxClaimedInputBytes);
    this.outputs.set(key, known);
    return known;
  }

  private async payload(directiveId: string, claim: PayloadClaim): Promise<Json> {
    const key = `${directiveId}.${claim.sha256}`;
    const known = this.payloads.get(key) ?? this.context.payloads.load(directiveId, claim);
    this.payloads.set(key, known);
    return known;
  }
}
