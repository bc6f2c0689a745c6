import { CocError } from '#libs/contracts';
import { StoryFold } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { parseCounts } from './counts.js';
import { viewEvents } from './event-view.js';

const entriesAtOnce = 500;

/** Reads the whole story of a directive, a page at a time. */
export class StoryReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Throws NOT_FOUND when the directive is being removed: half a story would say of what was done that it was not. */
  async fold(directiveId: string): Promise<StoryFold> {
    const fold = new StoryFold();
    for (let from = '-'; ;) {
      const entries = await this.redis.xrange(this.keys.events(directiveId), from, '+', 'COUNT', entriesAtOnce);
      for (const [id, fields] of entries) for (const event of viewEvents(directiveId, id, fields)) fold.add(event);
      if (entries.length < entriesAtOnce) break;
      from = `(${entries.at(-1)![0]}`;
    }
    const counts = await this.redis.hget(this.keys.directive(directiveId), 'counts');
    if (counts !== null && fold.lastSeq >= parseCounts(counts).seq) return fold;
    throw new CocError('NOT_FOUND', `there is no directive ${directiveId} any more`);
  }
}
