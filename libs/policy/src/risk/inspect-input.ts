import type { Json } from '#libs/contracts';
import { collectTexts, type FoundText, type Place } from './collect-texts.js';
import type { Danger } from './dangerous-patterns.js';
import { inspectText, inspectWords, type TextFindings } from './inspect-text.js';

/** What was found in an input, and where first. */
export interface InputFindings {
  readonly dangers: ReadonlyMap<Danger, Place>;
  readonly gitPush: Place | undefined;
  readonly force: Place | undefined;
  readonly unexamined: Place | undefined;
  /** Work done: grows with the size of the input and with nothing else. */
  readonly steps: number;
}

/** Looks at everything in the input that may be run as a command. Total: any JSON, of any depth. */
export function inspectInput(action: string, input: Json): InputFindings {
  const dangers = new Map<Danger, Place>();
  let gitPush: Place | undefined;
  let force: Place | undefined;
  let unexamined: Place | undefined;
  let steps = 0;
  for (const found of collectTexts(action, input)) {
    if (found.kind === 'force') {
      force ??= found.place;
      continue;
    }
    const { place } = found;
    const findings = inspectFound(found);
    for (const danger of findings.dangers) if (!dangers.has(danger)) dangers.set(danger, place);
    if (findings.isGitPush) gitPush ??= place;
    if (findings.isForced) force ??= place;
    if (findings.isUnexamined) unexamined ??= place;
    steps += findings.steps;
  }
  return { dangers, gitPush, force, unexamined, steps };
}

function inspectFound(found: Exclude<FoundText, { kind: 'force' }>): TextFindings {
  return found.kind === 'text'
    ? inspectText(found.text, found.isMentioned)
    : inspectWords(found.words, found.isMentioned);
}
