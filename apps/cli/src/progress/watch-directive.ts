import type { DirectiveView } from '#libs/contracts';
import type { DirectiveSource } from './directive-source.js';
import { followDirective } from './follow-directive.js';
import { patientSource } from './patient-source.js';
import type { ProgressView } from './progress-view.js';

export interface WatchOptions {
  signal: AbortSignal;
  /** Undefined: wait in silence. */
  view: ProgressView | undefined;
  pollMs?: number;
}

/** Follows a directive to its rest and returns it as it then is; undefined when the signal aborted before. */
export async function watchDirective(
  source: DirectiveSource,
  id: string,
  options: WatchOptions,
): Promise<DirectiveView | undefined> {
  const { signal, view, pollMs } = options;
  const patient = patientSource(source, { signal, onSilence: (reason) => view?.note(reason) });
  try {
    let last: DirectiveView | undefined;
    for await (const snapshot of followDirective(patient, id, {
      signal,
      withTasks: view?.needsTasks ?? false,
      pollMs,
    })) {
      view?.show(snapshot);
      last = snapshot.directive;
    }
    return last;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
