import { createHash } from 'node:crypto';
import type { Json } from '#libs/contracts';
import type { DirectiveSpec, Fault, PromptTask } from '../chain-of-command.d.ts';
import { DirectiveRefusedError } from './sdk-error.js';

/** The directive as the API takes it, and which task asks for which role. */
export interface ReadSpec {
  body: { [field: string]: Json };
  roles: { pointer: string; role: string }[];
}

type Fields = { [field: string]: Json };

/** The service part of the actions that roles stand for. */
export const roleService = 'agent';

/**
 * A spec in the form of the API. `runKey` marks the run in the `ref` that an `id` becomes: refs are unique, and the same
 * spec may run again. Throws SPEC_INVALID for what says the same twice; all else the server judges.
 */
export function readSpec(spec: DirectiveSpec, runKey: string): ReadSpec {
  const { id, description, tasks, ...rest } = asJson(spec);
  const faults: Fault[] = [];
  if (id !== undefined && rest['ref'] !== undefined) faults.push(twice('/id', 'ref'));
  if (description !== undefined && rest['title'] !== undefined) faults.push(twice('/description', 'title'));
  const roles: ReadSpec['roles'] = [];
  const read = Array.isArray(tasks) ? tasks.map((task, at) => readTask(task, `/tasks/${at}`, roles, faults)) : tasks;
  if (faults.length > 0) throw refusal(faults);
  const body = { ...rest };
  if (description !== undefined) body['title'] = description;
  if (id !== undefined) body['ref'] = typeof id === 'string' ? `${id}/${markOf(runKey)}` : id;
  if (read !== undefined) body['tasks'] = read;
  return { body, roles };
}

const markOf = (runKey: string) => createHash('sha256').update(runKey).digest('hex').slice(0, 12);

/** As the wire will have it: functions and `undefined` are gone, dates are texts. */
function asJson(spec: DirectiveSpec): Fields {
  let json: unknown;
  try {
    json = JSON.parse(JSON.stringify(spec) ?? 'null');
  } catch (cause) {
    throw refusal([{ pointer: '', code: 'SPEC_INVALID', detail: 'it has no JSON form' }], cause);
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Fields;
  throw refusal([{ pointer: '', code: 'SPEC_INVALID', detail: 'a spec is an object' }]);
}

function readTask(task: Json, pointer: string, roles: ReadSpec['roles'], faults: Fault[]): Json {
  if (typeof task !== 'object' || task === null || Array.isArray(task)) return task;
  const { role, prompt, input, ...rest } = task as Fields & Partial<Pick<PromptTask, 'role'>>;
  if (role === undefined && prompt === undefined) return task;
  if (rest['action'] !== undefined) {
    faults.push({ pointer, code: 'SPEC_INVALID', detail: 'give "action", or "role" and "prompt", not both' });
  } else if (typeof role !== 'string' || prompt === undefined) {
    faults.push({ pointer, code: 'SPEC_INVALID', detail: 'a task in words has a "role" and a "prompt"' });
  } else {
    roles.push({ pointer: `${pointer}/role`, role });
  }
  const { mock, ...others } = rest;
  const words: Fields = { prompt: prompt ?? null };
  if (input !== undefined) words['context'] = input;
  if (mock !== undefined) words['mock'] = mock;
  return { ...others, action: `${roleService}.${String(role)}`, input: words };
}

function twice(pointer: string, other: string): Fault {
  return { pointer, code: 'SPEC_INVALID', detail: `"${pointer.slice(1)}" and "${other}" say the same; give one` };
}

function refusal(faults: readonly Fault[], cause?: unknown): DirectiveRefusedError {
  const listed = faults.map(({ pointer, detail }) => `\n  ${pointer || '(the whole spec)'}  ${detail}`).join('');
  const message = `SPEC_INVALID: the spec cannot be read${listed}`;
  return new DirectiveRefusedError(
    { code: 'SPEC_INVALID', message, next: 'correct what is named above', cause },
    faults,
  );
}
