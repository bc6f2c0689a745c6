/** Each further attempt, counted from 1, takes the next model in the list; the last stays. Null when none is named. */
export function modelOfAttempt(models: readonly string[], attempt: number): string | null {
  return models[Math.min(attempt, models.length) - 1] ?? null;
}
