import type { DirectiveEvent, EventType } from '#libs/contracts';

/** An entry of a directive's event stream as the API shows it. */
export function viewEvent(directiveId: string, entryId: string, fields: readonly string[]): DirectiveEvent {
  const { type, at, task, data } = valuesOf(fields);
  return {
    directiveId,
    seq: Number(entryId.split('-')[0]),
    type: type as EventType,
    timestamp: new Date(Number(at)).toISOString(),
    task: task || null,
    data: JSON.parse(data!) as DirectiveEvent['data'],
  };
}

/** By pairs: a task may be called like a field. A loop, for the recorder does this 20,000 times a second. */
function valuesOf(fields: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) values[fields[at]!] = fields[at + 1]!;
  return values;
}
