import { type DirectiveEvent, TraceEvent, TraceHead, TraceNote, traceVersion } from '#libs/contracts';
import { badFile } from '../input/document.js';

/** A line that cannot be used, with the words for it. */
class BadLineError extends Error {}

/** Takes the lines of a trace and keeps its events by directive, in the order in which the directives appear. */
export class TraceReader {
  readonly byDirective = new Map<string, DirectiveEvent[]>();
  private line = 0;

  constructor(
    private readonly name: string,
    /** Told what the trace itself says that it lacks. */
    private readonly onNote: (text: string) => void,
  ) {}

  /** Answers the event of the line, if it has one. Throws CliFailure for a bad line. */
  take(text: string): DirectiveEvent | undefined {
    this.line += 1;
    if (text.trim() === '') return undefined;
    try {
      return this.read(text);
    } catch (error) {
      if (!(error instanceof BadLineError)) throw error;
      throw badFile(`${this.name}:${this.line}: ${error.message}`, 'correct or remove the line', error);
    }
  }

  /** The rest of a file without its end of line: a writer may be in the middle of it, so it is used only when it is whole. */
  takeTorn(text: string): void {
    if (text.trim() === '') return;
    try {
      this.line += 1;
      this.read(text);
    } catch (error) {
      if (!(error instanceof BadLineError)) throw error;
      this.onNote(`${this.name}:${this.line}: the last line is torn and was left out`);
    }
  }

  private read(text: string): DirectiveEvent | undefined {
    const value = parse(text);
    if (value['type'] === 'recorder.opened') return this.begin(value);
    const note = TraceNote.safeParse(value);
    if (note.success) return this.tellNote(note.data);
    const parsed = TraceEvent.safeParse(value);
    if (parsed.success) return this.keep(parsed.data);
    const [fault] = parsed.error.issues;
    throw new BadLineError(`not a line of a trace: /${fault?.path.join('/')} ${fault?.message}`);
  }

  private begin(value: Record<string, unknown>): undefined {
    const head = TraceHead.safeParse(value).data;
    if (head && head.version > traceVersion)
      throw new BadLineError(`the trace is of version ${head.version}, this coc knows ${traceVersion}`);
  }

  private tellNote({ type, shard, after, timestamp }: TraceNote): undefined {
    const what =
      type === 'recorder.gap'
        ? `events of shard ${shard} may be missing after ${after}`
        : `Redis went back: what shard ${shard} told just before was undone and is told again`;
    this.onNote(`${this.name}:${this.line}: ${what} (noted ${timestamp})`);
  }

  private keep({ directive, seq, type, timestamp, task, data }: TraceEvent): DirectiveEvent {
    // A type that this coc does not know is a step of the story all the same.
    const event = { directiveId: directive, seq, type: type as DirectiveEvent['type'], timestamp, task, data };
    const events = this.byDirective.get(directive);
    if (events) events.push(event);
    else this.byDirective.set(directive, [event]);
    return event;
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw new BadLineError('not valid JSON');
  }
  throw new BadLineError('not a JSON object');
}
