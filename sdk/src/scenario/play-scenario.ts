import type { CocEvent, DirectiveResult } from '../../chain-of-command.d.ts';
import { runDirective } from '../run-directive.js';
import { compare } from './compare.js';
import type { Scenario } from './scenario.schema.js';

export interface Verdict {
  /** Undefined when it could not be submitted or did not end in time. */
  result?: DirectiveResult;
  events: CocEvent[];
  tookMs: number;
  /** What is not as expected; empty when all is. */
  faults: string[];
}

/** Runs the directive on that server and compares what became of it. Never rejects: what went wrong is a fault. */
export async function playScenario({ directive, expect, withinMs }: Scenario, url: string): Promise<Verdict> {
  const events: CocEvent[] = [];
  const startedAt = performance.now();
  const ended = (): { events: CocEvent[]; tookMs: number } => ({ events, tookMs: performance.now() - startedAt });
  try {
    const result = await runDirective(directive, {
      url,
      signal: AbortSignal.timeout(withinMs),
      cancelOnAbort: true,
      throwOnFailure: false,
      onEvent: (event) => events.push(event),
    });
    return { ...ended(), result, faults: compare(expect, { result, events }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isLate = error instanceof Error && error.name === 'AbortError';
    return { ...ended(), faults: [isLate ? `it did not end within ${withinMs} ms: ${reason}` : reason] };
  }
}
