import type { Evidence, Violation } from '../evidence.js';

/** Invariant 6, first half: the events of a directive are 1 to n, without gap or duplicate, and the record knows how many. */
export function checkEventOrder({ directives }: Evidence): Violation[] {
  return directives.flatMap(({ id, events, record }) => {
    const violation = (message: string, evidence: unknown): Violation => ({
      invariant: '6 events 1..n',
      directive: id,
      task: null,
      message,
      evidence,
    });
    const wrong = events.findIndex(({ seq }, at) => seq !== at + 1);
    if (wrong >= 0)
      return [violation(`event ${wrong + 1} has the number ${events[wrong]!.seq}`, events.slice(wrong - 2, wrong + 3))];
    const [seq] = JSON.parse(record['counts'] ?? '[0]') as number[];
    return seq === events.length
      ? []
      : [violation(`the record says ${seq} events, there are ${events.length}`, record)];
  });
}
