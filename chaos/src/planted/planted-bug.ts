import type { RunName } from './runs.js';

/** `find` stands in `file` exactly once. */
export interface Edit {
  file: string;
  find: string;
  replace: string;
}

/** A mistake that somebody could make, as it would look in the sources. It is only ever made in a copy of them. */
export interface PlantedBug {
  name: string;
  /** What goes wrong with it, in a few words. */
  breaks: string;
  edits: readonly Edit[];
  run: RunName;
  /** Beginnings of the invariants of which one must speak: their numbers, or their names. */
  expects: readonly string[];
}
