import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartRefusal } from '#libs/contracts';

export interface EmbeddedOptions {
  /** False: only the services, as `coc up` starts them. */
  demo: boolean;
  /** End with the demo's result instead of staying up. */
  once: boolean;
  folder: string;
  question: string;
}

const ownQuestion = 'How is a lost worker detected?';

/** The command line was wrong; the message says what is understood. */
class OptionsError extends StartRefusal {
  constructor(message: string, options?: { cause?: unknown }) {
    super(`${message} (understood are --docs DIR, --question TEXT, --once and --no-demo)`, options);
  }
}

function parse(args: readonly string[]): { docs?: string; question?: string; once?: boolean; 'no-demo'?: boolean } {
  try {
    const options = {
      docs: { type: 'string' },
      question: { type: 'string' },
      once: { type: 'boolean' },
      'no-demo': { type: 'boolean' },
    } as const;
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (cause) {
    throw new OptionsError((cause as Error).message.split('. ')[0]!, { cause });
  }
}

/** A folder of somebody else's is asked about its own title: a question without a word of the documents finds nothing. */
function questionAbout(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.md')) : [];
  const [first] = files.toSorted(
    (a, b) => Number(/^readme/i.test(b)) - Number(/^readme/i.test(a)) || a.localeCompare(b),
  );
  const title = first && /^#+\s+(.+)$/m.exec(readFileSync(join(folder, first), 'utf8'))?.[1];
  return `What is ${title ?? basename(folder)}?`;
}

/** By default the demo indexes the documents of this repository. */
export function readOptions(args: readonly string[], ownDocs: string): EmbeddedOptions {
  const { docs, question, once = false, 'no-demo': noDemo = false } = parse(args);
  return {
    demo: !noDemo || docs !== undefined || once,
    once,
    folder: docs === undefined ? ownDocs : resolve(docs),
    question: question ?? (docs === undefined ? ownQuestion : questionAbout(resolve(docs))),
  };
}
