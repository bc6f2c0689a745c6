import type { MendStore } from '#libs/state';
import type { SweepRound } from './sweep-round.js';

interface Place {
  cursor: string;
  /** Of the page that was read last, those that were not looked at. */
  left: string[];
}

/** Goes through the directives of a shard that are not over, round by round. */
export class OpenWalk {
  private readonly places = new Map<number, Place>();

  constructor(private readonly store: Pick<MendStore, 'open'>) {}

  /** `look` answers how many calls it took: a plan of 10,000 tasks takes 200, and a round ends when it took as many as its page. */
  async each(round: SweepRound, look: (directiveId: string) => Promise<number>): Promise<void> {
    const place = await this.placeOf(round);
    for (let calls = 0; calls < round.page && place.left.length > 0;) {
      if (round.isSpent) return round.note({ postponed: place.left.length });
      const id = place.left.pop()!;
      round.note({ looked: 1 });
      calls += (await round.attempt(id, async () => look(id))) ?? 1;
    }
  }

  private async placeOf({ shard, page }: SweepRound): Promise<Place> {
    const place = this.places.get(shard) ?? { cursor: '0', left: [] };
    this.places.set(shard, place);
    if (place.left.length === 0) {
      const { ids, cursor } = await this.store.open(shard, place.cursor, page);
      Object.assign(place, { left: ids, cursor });
    }
    return place;
  }
}
