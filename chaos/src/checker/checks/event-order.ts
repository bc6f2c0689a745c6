import { violationOf, type Evidence, type Violation } from '../evidence.js';

const violation = violationOf('6 events are 1..n');

/** The events of a directive are 1 to n, without gap or duplicate, and the record knows how many. */
export function checkEventOrder({ directives }: Evidence): Violation[] {
  return directives.flatMap(({ id, events, record }) => {
    const wrong = events.findIndex(({ seq }, at) => seq !== at + 1);
    if (wrong >= 0) {
      const around = events.slice(Math.max(0, wrong - 2), wrong + 3);
      return [violation(id, null, `event ${wrong + 1} has the number ${events[wrong]!.seq}`, around)];
    }
    const [seq] = JSON.parse(record['counts'] ?? '[0]') as number[];
    if (seq === events.length) return [];
    return [violation(id, null, `the record says ${seq} events, there are ${events.length}`, record)];
  });
}
