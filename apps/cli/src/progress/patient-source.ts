import { setTimeout as sleep } from 'node:timers/promises';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import type { DirectiveSource } from './directive-source.js';

export interface Patience {
  signal: AbortSignal;
  /** Told once a silence. */
  onSilence(reason: string): void;
  patienceMs?: number;
  pauseMs?: number;
}

// A server that restarts is back within seconds; a watcher that gives up at once would need a human for every deploy.
const defaultPatienceMs = 60_000;
const defaultPauseMs = 500;

/** The same source, asked again while the server is away; gives up with the server's last failure. */
export function patientSource(source: DirectiveSource, patience: Patience): DirectiveSource {
  const ask = <T>(question: () => Promise<T>) => askPatiently(question, patience);
  return {
    getDirective: (id) => ask(() => source.getDirective(id)),
    listTasks: (id) => ask(() => source.listTasks(id)),
    listEvents: (id, after) => ask(() => source.listEvents(id, after)),
  };
}

async function askPatiently<T>(question: () => Promise<T>, patience: Patience): Promise<T> {
  const { signal, patienceMs = defaultPatienceMs, pauseMs = defaultPauseMs } = patience;
  let silentSince: number | undefined;
  while (true) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof CliFailure) || error.exitCode !== exitCode.unreachable) throw error;
      if (silentSince === undefined) patience.onSilence(`${error.message}; trying again`);
      silentSince ??= performance.now();
      if (performance.now() - silentSince >= patienceMs) throw error;
    }
    await sleep(pauseMs, undefined, { signal });
  }
}
