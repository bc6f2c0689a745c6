import { CocError } from '#libs/contracts';
import { isAfter, partsOf, streamStart, type StreamPlace } from './stream-id.js';

const partPattern = /^[0-9a-z]{1,11}(-[0-9a-z]{1,11})?(_[0-9a-z]{1,7})?$/;

/** `<ms>`, `<ms>-<seq>`, with `_<k>` within an entry; in base 36: 8 characters for most, and a header may have 16 KB for 1,024 shards. */
function encodePart(place: StreamPlace): string {
  const { ms, seq, within } = partsOf(place);
  const entry = seq === 0 ? ms.toString(36) : `${ms.toString(36)}-${seq.toString(36)}`;
  return within === Infinity ? entry : `${entry}_${within.toString(36)}`;
}

function decodePart(text: string): StreamPlace | undefined {
  if (!partPattern.test(text)) return undefined;
  const [entry = '', step] = text.split('_');
  const [ms = 0, seq = 0] = entry.split('-').map((part) => Number.parseInt(part, 36));
  if (!Number.isSafeInteger(ms) || !Number.isSafeInteger(seq) || (step !== undefined && ms === 0)) return undefined;
  return step === undefined ? `${ms}-${seq}` : `${ms}-${seq}/${Number.parseInt(step, 36)}`;
}

/** How far somebody has come in the event stream of each shard. */
export class StreamCursor {
  private readonly parts: string[];
  private text: string | undefined;

  constructor(private readonly ids: string[]) {
    this.parts = ids.map(encodePart);
  }

  /** A shard that came after the cursor was given counts from its beginning. Throws CURSOR_INVALID. */
  static parse(text: string, shards: number): StreamCursor {
    const ids = text.split('.').map(decodePart);
    if (ids.length > shards || ids.includes(undefined)) {
      throw new CocError('CURSOR_INVALID', 'the position is not one this API gave; start again without it');
    }
    const missing = Array.from({ length: shards - ids.length }, () => streamStart);
    return new StreamCursor([...(ids as string[]), ...missing]);
  }

  get positions(): readonly string[] {
    return this.ids;
  }

  /** What `parse` reads; safe in a URL and in a header. */
  toString(): string {
    return (this.text ??= this.parts.join('.'));
  }

  hasPassed(shard: number, id: string): boolean {
    return !isAfter(id, this.ids[shard]!);
  }

  moveTo(shard: number, id: string): void {
    this.ids[shard] = id;
    this.parts[shard] = encodePart(id);
    this.text = undefined;
  }

  /** Moves up to `other` wherever that is further. */
  moveUpTo(other: StreamCursor): void {
    for (const [shard, id] of other.ids.entries()) if (!this.hasPassed(shard, id)) this.moveTo(shard, id);
  }

  /** Whether this one is nowhere behind `other`. */
  covers(other: StreamCursor): boolean {
    return other.ids.every((id, shard) => this.hasPassed(shard, id));
  }
}
