import { ServerUnreachableError } from '#libs/client';
import type { DirectiveEvent, DirectiveView, TaskView } from '#libs/contracts';
import type { DirectiveSource } from './directive-source.js';
import { aDirective } from './sample-directive.js';

export interface SampleParts {
  /** What is answered, in order; the last for ever. */
  directives?: readonly DirectiveView[];
  tasks?: readonly TaskView[];
  events?: readonly DirectiveEvent[];
}

/** A server with one directive, for specs; `asked` is what it was asked for. */
export function aSource({ directives = [aDirective()], tasks = [], events = [] }: SampleParts) {
  const asked = { directives: 0, plans: 0, events: [] as number[], followed: [] as number[] };
  const after = (seq: number) => events.filter((event) => event.seq > seq);
  const source: DirectiveSource = {
    getDirective: () => {
      const directive = directives[Math.min(asked.directives++, directives.length - 1)]!;
      return Promise.resolve(directive);
    },
    listTasks: () => {
      asked.plans += 1;
      return Promise.resolve([...tasks]);
    },
    listEvents: (_id, seq) => {
      asked.events.push(seq);
      return Promise.resolve({ items: after(seq), nextCursor: null });
    },
    async *followEvents(_id, { after: seq }) {
      asked.followed.push(seq);
      yield* after(seq);
    },
  };
  return { source, asked };
}

export const silence = () => new ServerUnreachableError('http://server', 'no answer');
