import { restingDirectiveStates, type DirectiveView, type Json } from '#libs/contracts';
import { collectReferences, resolveReferences } from '#libs/policy';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { TaskOutputs } from './task-outputs.js';

/** What a directive gives back: the template of its submission filled in, or by default what its last tasks put out. */
export class OutputReader {
  private readonly tasks: TaskOutputs;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.tasks = new TaskOutputs(redis, keys);
  }

  async of(directive: DirectiveView): Promise<Json | null> {
    if (!restingDirectiveStates.includes(directive.state) || directive.tasks.total === 0) return null;
    const text = await this.redis.hget(this.keys.directive(directive.id), 'request');
    const { output, input } = JSON.parse(text ?? '{}') as { output?: Json; input?: Json };
    const outputs = new Map(await this.tasks.byTaskId(directive.id, directive.tasks.total));
    return output === undefined ? this.ofSinks(directive, outputs) : fill(output, input, outputs);
  }

  /** One last task: its output itself; several: an object by task id. */
  private async ofSinks(directive: DirectiveView, outputs: ReadonlyMap<string, Json>): Promise<Json | null> {
    const sinks = await this.sinkIds(directive);
    const [only] = sinks;
    if (sinks.length === 1) return outputs.get(only!) ?? null;
    return Object.fromEntries(sinks.flatMap((id) => (outputs.has(id) ? [[id, outputs.get(id)!]] : [])));
  }

  private async sinkIds(directive: DirectiveView): Promise<string[]> {
    const indexes = Array.from({ length: directive.tasks.total }, (_, index) => index.toString(36));
    const controls = await this.redis.hmget(this.keys.plan(directive.id), ...indexes);
    return controls.flatMap((text) => {
      const control = text ? (JSON.parse(text) as { id: string; sink?: boolean }) : undefined;
      return control?.sink ? [control.id] : [];
    });
  }
}

/** A reference to a task that has no output is null: the directive may have ended before it. */
function fill(template: Json, input: Json | undefined, outputs: ReadonlyMap<string, Json>): Json | null {
  const known = collectReferences(template).references.length > 0;
  if (!known) return template;
  const sources = {
    tasks: (id: string) => outputs.get(id),
    isAbsent: (id: string) => !outputs.has(id),
    ...(input === undefined ? {} : { input }),
  };
  const resolved = resolveReferences(template, sources);
  return 'value' in resolved ? resolved.value : null;
}
