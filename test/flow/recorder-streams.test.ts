import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedMarks, streamStart } from '#libs/state';
import { RecorderBed } from './recorder-bed.js';

let bed: RecorderBed;
beforeEach(async () => {
  bed = await RecorderBed.open({ COC_SHARDS: '2' });
});
afterEach(async () => bed.close());

const stream = () => bed.context.keys.shardEvents(0);
const length = async () => bed.context.redis.xlen(stream());
const lastId = async () => (await bed.context.redis.xrevrange(stream(), '+', '-', 'COUNT', 1))[0]![0];
/** Accepted and planned in one script, cancelled in another. */
const entriesOfDirective = 2;
const eventsOfDirective = 6;
/** Enough entries for Redis to trim some: it drops whole nodes, of 100 entries each. */
const many = 150;
const manyDirectives = async () => {
  for (let at = 0; at < many; at += 1) await bed.directive();
};
/** Without the fields of the seal. */
const notes = async () => {
  const found = (await bed.lines()).filter(({ type }) => /gap|rewound/.test(type));
  return found.map(({ line: _line, seal: _seal, ...note }) => note);
};

describe('a stream that does not lead on', () => {
  it('is told as a gap in the trace, and recording goes on behind it', async () => {
    await bed.directive();
    await bed.recordOnce();
    const recorded = await lastId();
    await bed.directive();
    const ids = [await bed.directive()];
    await bed.context.redis.xtrim(stream(), 'MAXLEN', entriesOfDirective);
    await bed.recordOnce();
    expect(await notes()).toEqual([
      { type: 'recorder.gap', timestamp: expect.any(String), shard: 0, after: recorded, at: `0:${recorded}` },
    ]);
    expect(await bed.retold()).toMatchObject(await bed.told(ids));
    expect(await bed.events()).toHaveLength(12);
    expect(await bed.says(/recorder\.gap/)).toContain(recorded);
  });

  it('is told as a gap also when nothing was recorded before', async () => {
    await bed.directive();
    await bed.context.redis.xtrim(stream(), 'MAXLEN', 1);
    await bed.recordOnce();
    expect((await bed.lines()).map(({ type }) => type)).toEqual([
      'recorder.opened',
      'recorder.gap',
      'task.cancelled',
      'task.cancelled',
      'task.cancelled',
      'directive.cancelled',
    ]);
  });

  it('is told as rewound when Redis came back without what was recorded last', async () => {
    await bed.directive();
    await bed.recordOnce();
    const entries = await bed.context.redis.xrange(stream(), '-', '+');
    for (const [id] of entries.slice(1)) await bed.context.redis.xdel(stream(), id);
    await bed.recordOnce();
    expect(await notes()).toEqual([
      {
        type: 'recorder.rewound',
        timestamp: expect.any(String),
        shard: 0,
        after: entries[1]![0],
        at: `0:${entries[0]![0]}`,
      },
    ]);
    await bed.recordOnce();
    expect(await notes()).toHaveLength(1);
  });

  it('keeps the pointer of an event whose directive is gone', async () => {
    const id = await bed.directive();
    await bed.context.redis.del(bed.context.keys.events(id));
    await bed.recordOnce();
    const events = await bed.events();
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events[0]).toMatchObject({ type: 'directive.accepted', directive: id, data: {}, isLost: true });
  });
});

describe('trimming', () => {
  const marks = () => new RecordedMarks(bed.context.redis, bed.context.keys);

  it('goes by age alone where no recorder ever was', async () => {
    await manyDirectives();
    expect(await marks().trim(0, 60_000)).toMatchObject({ trimmed: 0, waitsSinceMs: null });
    const { trimmed } = await marks().trim(0, 0);
    expect(trimmed).toBeGreaterThanOrEqual(200);
    expect(await length()).toBe(many * entriesOfDirective - trimmed);
  });

  it('never takes what the recorder has not got, and leaves its last entry', async () => {
    await bed.recordOnce();
    await manyDirectives();
    expect(await marks().trim(0, 0)).toMatchObject({ trimmed: 0, waitsSinceMs: expect.any(Number) });
    await bed.recordOnce();
    const recorded = await lastId();
    await manyDirectives();
    expect((await marks().trim(0, 0)).trimmed).toBeGreaterThanOrEqual(200);
    expect(await bed.context.redis.xrange(stream(), recorded, recorded)).toHaveLength(1);
    await bed.recordOnce();
    expect(await notes()).toEqual([]);
    expect(await bed.events()).toHaveLength(2 * many * eventsOfDirective);
    expect(await marks().trim(0, 60_000)).toMatchObject({ waitsSinceMs: null });
  });

  it('publishes a position for every shard as soon as a recorder looks at it', async () => {
    await bed.recordOnce();
    const { keys, redis } = bed.context;
    expect(await Promise.all([0, 1].map(async (shard) => redis.get(keys.recorded(shard))))).toEqual([
      streamStart,
      streamStart,
    ]);
  });

  it('is done by the executor while events go on', async () => {
    await bed.rooms.startExecutor({
      ...bed.env,
      executor: { ...bed.env.executor, eventRetentionMs: 1_000 },
    });
    await bed.start();
    await manyDirectives();
    await bed.recorded(many * eventsOfDirective);
    const deadline = performance.now() + 20_000;
    while ((await length()) > 200) {
      if (performance.now() > deadline) throw new Error(`${await length()} entries are left`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await notes()).toEqual([]);
  });
});
