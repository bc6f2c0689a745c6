import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootRecorder } from '#apps/recorder';
import { RecorderBed } from '../flow/recorder-bed.js';

let bed: RecorderBed;
afterEach(async () => bed.close());

describe('a recorder', () => {
  it('writes every event of every shard once, a directive in order', async () => {
    bed = await RecorderBed.open({ COC_SHARDS: '3' });
    await bed.start();
    const ids = await Promise.all(Array.from({ length: 24 }, async (_, at) => bed.directive({ shard: at % 3 })));
    await bed.recorded(24 * 6);
    expect(await bed.retold()).toEqual(await bed.told(ids));
    const [head, first] = await bed.lines();
    expect(head).toMatchObject({ type: 'recorder.opened', version: 1, positions: { 0: '0-0', 1: '0-0', 2: '0-0' } });
    expect(first).toMatchObject({
      type: 'directive.accepted',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      directive: expect.any(String),
      task: null,
      seq: 1,
      tenant: 'local',
      data: { kind: 'tasks', actor: 'tester' },
      at: expect.stringMatching(/^\d:\d+-\d+\/0$/),
    });
  });

  it('records what is there before it ends, and goes on after it', async () => {
    bed = await RecorderBed.open();
    const first = await bed.start();
    const ids = [await bed.directive(), await bed.directive()];
    await bed.stop(first);
    expect(await bed.retold()).toEqual(await bed.told(ids));
    ids.push(await bed.directive());
    await bed.start();
    await bed.recorded(18);
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });

  it('goes on in a new file when somebody deletes or empties the one it writes', async () => {
    bed = await RecorderBed.open();
    await bed.start();
    const ids = [await bed.directive()];
    await bed.recorded(6);
    await rm(bed.folder.current);
    ids.push(await bed.directive());
    await bed.says(/another hand/);
    await bed.recorded(12);
    expect(await bed.retold()).toEqual(await bed.told(ids));
    await truncate(bed.folder.current);
    ids.push(await bed.directive());
    await bed.recorded(18);
    expect(await bed.retold()).toEqual(await bed.told(ids));
    expect(await bed.says(/trace file is gone/)).toContain('what the streams still hold');
  });

  it('loses nothing while the folder cannot be written', async () => {
    bed = await RecorderBed.open();
    await bed.start();
    const ids = [await bed.directive()];
    await bed.recorded(6);
    await rename(bed.dir, `${bed.dir}.away`);
    await writeFile(bed.dir, '');
    ids.push(await bed.directive());
    await bed.says(/recording stopped; nothing is lost/);
    await rm(bed.dir);
    await rename(`${bed.dir}.away`, bed.dir);
    await bed.recorded(12);
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });

  it('refuses a folder that it cannot write, in one sentence', async () => {
    bed = await RecorderBed.open();
    await writeFile(join(bed.dir, 'file'), '');
    const env = { ...bed.env, trace: { ...bed.env.trace, dir: join(bed.dir, 'file', 'traces') } };
    await expect(bootRecorder(env, bed.logger)).rejects.toThrow(
      /^The trace folder .*traces cannot be written \(ENOTDIR\); make it writable, or set TRACE_DIR to another one\.$/,
    );
  });

  it('sets the trace of another installation aside and finds its own again', async () => {
    bed = await RecorderBed.open();
    await bed.recordOnce();
    const ids = [await bed.directive()];
    await bed.recordOnce();
    const ours = await bed.context.redis.get(bed.context.keys.identity());
    await bed.context.redis.set(bed.context.keys.identity(), 'another');
    await bed.recordOnce();
    expect(await bed.folder.full()).toHaveLength(1);
    await bed.context.redis.set(bed.context.keys.identity(), ours!);
    ids.push(await bed.directive());
    await bed.recordOnce();
    const files = await bed.files();
    const events = await Promise.all(
      files.map(async (file) => (await readFile(file, 'utf8')).match(/"seq":/g)?.length),
    );
    expect(events).toEqual([6, 6, 6]);
  });
});

describe('a second recorder', () => {
  it('stands by for the first one in the same folder and takes over when it ends', async () => {
    bed = await RecorderBed.open();
    const first = await bed.start();
    const ids = [await bed.directive()];
    await bed.recorded(6);
    await bed.start();
    expect(await bed.says(/stands by/)).toContain(`process ${process.pid} on this machine writes into the folder`);
    await bed.stop(first);
    ids.push(await bed.directive());
    await bed.recorded(12);
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });

  it('stands by for the first one of the same installation, whatever its folder', async () => {
    bed = await RecorderBed.open();
    await bed.start();
    await bed.directive();
    await bed.recorded(6);
    const other = join(bed.dir, 'other');
    await mkdir(other);
    await bed.start({ ...bed.env, trace: { ...bed.env.trace, dir: other } });
    expect(await bed.says(/stands by/)).toContain('records this installation into');
  });

  it('takes the turn from one that lost it, which writes nothing more', async () => {
    bed = await RecorderBed.open();
    await bed.start();
    await bed.recorded(0);
    await bed.says(/"recording"/);
    await bed.context.redis.set(
      bed.context.keys.recorder(),
      '{"pid":1,"host":"elsewhere","machine":"other"}',
      'PX',
      60_000,
    );
    await bed.says(/another recorder took the turn/);
    await bed.directive();
    await bed.says(/process 1 on elsewhere records this installation/);
    expect(await bed.events()).toEqual([]);
  });
});
