import {
  CocError,
  limits,
  restingDirectiveStates,
  type DirectiveView,
  type Json,
  type PayloadClaim,
} from '#libs/contracts';
import { collectReferences, resolveReferences } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { readField, type ClaimedFields } from '../payloads/claimed-fields.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { TaskOutputs } from './task-outputs.js';

interface PlannedId {
  index: number;
  id: string;
  sink: boolean;
}

/** Outputs are held in memory to be joined: 64 MB, as much as an artifact. */
const maxOutputBytes = limits.maxArtifactBytes;

/** What a directive gives back: the template of its submission filled in, or by default what its last tasks put out. */
export class OutputReader {
  private readonly outputs: TaskOutputs;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly payloads: PayloadStore,
  ) {
    this.outputs = new TaskOutputs(redis, keys, payloads);
  }

  /** null until the directive rests. Throws REFERENCE_INVALID when the template cannot be filled, BODY_TOO_LARGE over 64 MB. */
  async of(directive: DirectiveView): Promise<Json | null> {
    if (!restingDirectiveStates.includes(directive.state) || directive.tasks.total === 0) return null;
    const { output, input } = await this.request(directive.id);
    const planned = await this.planned(directive);
    if (output === undefined)
      return this.ofSinks(
        directive.id,
        planned.filter(({ sink }) => sink),
      );
    const named = new Set(
      collectReferences(output).references.flatMap(({ reference }) => ('$task' in reference ? reference.$task : [])),
    );
    const outputs = await this.load(
      directive.id,
      planned.filter(({ id }) => named.has(id)),
    );
    return fill(output, input, outputs);
  }

  private async request(id: string): Promise<{ output?: Json; input?: Json }> {
    const [request, decided] = await this.redis.hmget(this.keys.directive(id), 'request', 'decided');
    const asked = JSON.parse(request || '{}') as ClaimedFields;
    const chosen = JSON.parse(decided || '{}') as ClaimedFields;
    const load = async (claim: PayloadClaim): Promise<Json> => this.payloads.load(id, claim);
    const input = (await readField(chosen, 'input', load)) ?? (await readField(asked, 'input', load));
    return { output: await readField(asked, 'output', load), input };
  }

  /** The tasks a client can name: all but the children of fan-outs. */
  private async planned({ id, tasks }: DirectiveView): Promise<PlannedId[]> {
    const fields = Array.from({ length: tasks.total }, (_, index) => index.toString(36));
    const controls = await this.redis.hmget(this.keys.plan(id), ...fields);
    return controls.flatMap((text, index) => {
      const control = text ? (JSON.parse(text) as { id: string; sink?: boolean; parent?: string }) : undefined;
      return control && control.parent === undefined ? [{ index, id: control.id, sink: control.sink === true }] : [];
    });
  }

  /** One last task: its output itself; several: an object by task id, without those that did not succeed. */
  private async ofSinks(id: string, sinks: readonly PlannedId[]): Promise<Json | null> {
    const outputs = await this.load(id, sinks);
    const [only] = sinks;
    return sinks.length === 1 ? (outputs.get(only!.id) ?? null) : Object.fromEntries(outputs);
  }

  private async load(id: string, tasks: readonly PlannedId[]): Promise<Map<string, Json>> {
    const indexes = tasks.map(({ index }) => index);
    const outputs = await this.outputs.get(id, indexes, maxOutputBytes);
    return new Map(tasks.flatMap((task) => (outputs.has(task.index) ? [[task.id, outputs.get(task.index)!]] : [])));
  }
}

/** A reference to a task that has no output is null: the directive may have ended before it. */
function fill(template: Json, input: Json | undefined, outputs: ReadonlyMap<string, Json>): Json {
  const sources = {
    tasks: (id: string) => outputs.get(id),
    isAbsent: (id: string) => !outputs.has(id),
    ...(input === undefined ? {} : { input }),
  };
  const resolved = resolveReferences(template, sources, maxOutputBytes);
  if ('value' in resolved) return resolved.value;
  throw new CocError('REFERENCE_INVALID', `the output cannot be filled in: ${resolved.failure.message}`);
}
