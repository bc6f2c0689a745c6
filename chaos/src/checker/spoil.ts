import type { Evidence, StoredDirective, StoredEvent } from './evidence.js';
import { soundEvidence } from './hand-made.js';

/** The only directive of hand-made evidence. */
export function directiveIn({ directives }: Evidence): StoredDirective {
  return directives[0]!;
}

/** The first event that fits. Throws when there is none, for then the test proves nothing. */
export function eventIn(evidence: Evidence, type: string, task: string | null = null): StoredEvent {
  const event = directiveIn(evidence).events.find((each) => each.type === type && each.task === task);
  if (!event) throw new RangeError(`no ${type} of ${task}`);
  return event;
}

/** Puts an event behind another and numbers all anew, also on record: the story stays whole. */
export function insertAfter(
  evidence: Evidence,
  before: StoredEvent,
  event: Pick<StoredEvent, 'type' | 'task' | 'data'>,
): void {
  const directive = directiveIn(evidence);
  const place = directive.events.indexOf(before) + 1;
  directive.events.splice(place, 0, { ...before, ...event });
  renumber(directive);
}

export function removeEvent(evidence: Evidence, event: StoredEvent): void {
  const directive = directiveIn(evidence);
  directive.events = directive.events.filter((each) => each !== event);
  renumber(directive);
}

function renumber(directive: StoredDirective): void {
  for (const [at, event] of directive.events.entries()) event.seq = at + 1;
  changeCount(directive, 0, directive.events.length);
}

/** A figure of the record's `counts`, by its place. */
export function changeCount({ record }: StoredDirective, place: number, figure: number): void {
  const counts = JSON.parse(record['counts']!) as number[];
  counts[place] = figure;
  record['counts'] = JSON.stringify(counts);
}

/** Sound evidence after something was done to it. */
export function spoilt(spoil: (evidence: Evidence) => void): Evidence {
  const evidence = soundEvidence();
  spoil(evidence);
  return evidence;
}
