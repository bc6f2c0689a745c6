import type { Json } from '#libs/contracts';
import { collectTexts, type FoundText, type Place } from './collect-texts.js';
import type { Danger } from './dangerous-patterns.js';
import { inspectText, inspectWords, type TextFindings } from './inspect-text.js';
import { WorkMeter, type SharedWork } from './work-meter.js';

/** What was found in an input, and where first. */
export interface InputFindings {
  readonly dangers: ReadonlyMap<Danger, Place>;
  readonly gitPush: Place | undefined;
  readonly force: Place | undefined;
  /** Where the look ended before the end of the input: what comes after it is not in the findings. */
  readonly unexamined: Place | undefined;
  /** Work done: grows with the size of the input and with nothing else, up to the bound of the meter. */
  readonly steps: number;
}

/** Looks at everything in the input that may be run as a command, until the work is too much. Total: any JSON, of any depth. */
export function inspectInput(action: string, input: Json, shared?: SharedWork): InputFindings {
  const meter = new WorkMeter(shared);
  const dangers = new Map<Danger, Place>();
  let gitPush: Place | undefined;
  let force: Place | undefined;
  let unexamined: Place | undefined;
  for (const found of collectTexts(action, input, meter)) {
    const { place } = found;
    if (found.kind === 'force') {
      force ??= place;
      continue;
    }
    if (found.kind === 'unexamined') {
      unexamined = place;
      break;
    }
    const findings = inspectFound(found, meter);
    for (const danger of findings.dangers) if (!dangers.has(danger)) dangers.set(danger, place);
    if (findings.isGitPush) gitPush ??= place;
    if (findings.isForced) force ??= place;
    if (findings.isUnexamined) {
      unexamined = place;
      break;
    }
  }
  return { dangers, gitPush, force, unexamined, steps: meter.spent };
}

function inspectFound(found: Extract<FoundText, { isMentioned: boolean }>, meter: WorkMeter): TextFindings {
  return found.kind === 'text'
    ? inspectText(found.text, found.isMentioned, meter)
    : inspectWords(found.words, found.isMentioned, meter);
}
