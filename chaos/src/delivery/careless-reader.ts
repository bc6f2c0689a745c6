type Entry = [id: string, fields: string[] | null];
/** What XREADGROUP answers; null when nothing came. */
export type StreamReply = [stream: string, entries: Entry[]][] | null;

export interface DeliveryCounts {
  doubled: number;
  /** Kept for the next reply: what came after them goes first. */
  late: number;
}

interface Kept {
  stream: string;
  entry: Entry;
}

/** Makes of each reply one with entries twice, and with others missing that come with the next one. Nothing is lost while it lives. */
export class CarelessReader {
  readonly counts: DeliveryCounts = { doubled: 0, late: 0 };
  private kept: Kept[] = [];

  /** Of all entries `share` are treated so, half of them either way. */
  constructor(
    private readonly share: number,
    private readonly random: () => number,
  ) {}

  pass(reply: StreamReply): StreamReply {
    const before = this.kept;
    this.kept = [];
    const delivered = (reply ?? []).flatMap(([stream, entries]) =>
      entries.flatMap((entry) => this.treat({ stream, entry })),
    );
    const all = Map.groupBy([...delivered, ...before], ({ stream }) => stream);
    return all.size === 0 ? null : [...all].map(([stream, list]) => [stream, list.map(({ entry }) => entry)]);
  }

  private treat(one: Kept): Kept[] {
    const lot = this.random();
    if (lot >= this.share) return [one];
    if (lot < this.share / 2) {
      this.kept.push(one);
      this.counts.late += 1;
      return [];
    }
    this.counts.doubled += 1;
    return [one, one];
  }
}
