/** Each further attempt, counted from 1, takes the next model in the list; the last stays. Null when none is named. */
export function modelOfAttempt(models: readonly string[], attempt: number): string | null {
  return models[Math.min(attempt, models.length) - 1] ?? null;
}

/** The model of an attempt that does not run on the first in the list; undefined of one that does, or that has no model. */
export function fallbackOfAttempt(models: readonly string[], attempt: number): string | undefined {
  const model = modelOfAttempt(models, attempt);
  return model === null || model === models[0] ? undefined : model;
}
