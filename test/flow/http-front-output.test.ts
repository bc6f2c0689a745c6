import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

let front: HttpFront;
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  front = await HttpFront.open();
  const { rooms } = front;
  await rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
    throw new Error('it broke');
  });
  await rooms.serve({ name: 'test.talk', effect: 'pure' }, async ({ attempt, input }, job) => {
    await job.log(`try ${attempt} says ${JSON.stringify(input)}`);
    await job.log('and a line\nwith a break');
    if (input === 'twice' && attempt === 1) throw new Error('once more');
    if (input === 'wait') await gate.promise;
    return null;
  });
  await rooms.serve({ name: 'test.make', effect: 'pure' }, async ({ tenant, directiveId, input }) => {
    const { name, mimeType, text } = input as { name: string; mimeType: string; text: string };
    const stored = await front.artifacts.put(tenant, directiveId, text);
    return { output: null, artifacts: [{ ...stored, name, mimeType }] };
  });
  await rooms.startExecutor();
});

afterAll(async () => {
  gate.resolve();
  await front.close();
});

const echo = (id: string, input: Json, more: Record<string, Json> = {}): Json => ({
  id,
  action: 'test.echo',
  input,
  ...more,
});

async function outputOf(body: Json): Promise<Json> {
  const { id } = await front.run(body);
  const answer = await front.get<{ directiveId: string; state: string; output: Json }>(`/directives/${id}/output`);
  expect(answer.directiveId).toBe(id);
  return answer.output;
}

const spread: Json[] = [
  echo('list', ['x', 'y', 'z']),
  echo('each', { it: { $item: '' } }, { forEach: { items: { $task: 'list' } } }),
];

describe('the output', () => {
  it('is by default what the last task put out', async () => {
    expect(await outputOf({ tasks: [echo('a', 1), echo('b', { from: { $task: 'a' } })] })).toEqual({ from: 1 });
  });

  it('of several last tasks is an object by task id, without those that failed', async () => {
    const tasks = [echo('a', 1), echo('b', 'two'), { id: 'c', action: 'test.fail', maxRetries: 0 }];
    expect(await outputOf({ tasks })).toEqual({ a: 1, b: 'two' });
  });

  it('of a fan-out is the list of what its items put out, in order', async () => {
    expect(await outputOf({ tasks: spread })).toEqual([{ it: 'x' }, { it: 'y' }, { it: 'z' }]);
  });

  it('is the template of the submit filled in, from tasks, fan-outs and the input', async () => {
    const output = {
      second: { $task: 'each', path: '/1/it' },
      all: [{ $task: 'list' }],
      who: { $input: '/name' },
      fixed: 7,
    };
    expect(await outputOf({ tasks: spread, input: { name: 'me' }, output })).toEqual({
      second: 'y',
      all: [['x', 'y', 'z']],
      who: 'me',
      fixed: 7,
    });
  });

  it('has null where a task of the template put out nothing', async () => {
    const tasks = [echo('a', 1), { id: 'b', action: 'test.fail', maxRetries: 0 }];
    expect(await outputOf({ tasks, output: { a: { $task: 'a' }, b: { $task: 'b', path: '/x' } } })).toEqual({
      a: 1,
      b: null,
    });
  });

  it('is null until the directive rests', async () => {
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.talk', input: 'wait' }] });
    await front.rooms.until(id, ({ type }) => type === 'task.started');
    expect(await front.get(`/directives/${id}/output`)).toEqual({ directiveId: id, state: 'RUNNING', output: null });
  });
});

describe('the log', () => {
  const linesOf = async (id: string, task: string): Promise<{ items: { attempt: number; line: string }[] }> =>
    front.get(`/directives/${id}/tasks/${task}/logs`);

  it('of a task that still runs is there', async () => {
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.talk', input: 'wait' }] });
    await front.rooms.until(id, ({ type }) => type === 'task.started');
    const lines = await eventually(
      async () => linesOf(id, 'a'),
      ({ items }) => items.length === 2,
    );
    expect(lines.items[0]).toEqual({ attempt: 1, line: 'try 1 says "wait"' });
    expect(await front.tasks(id).then((tasks) => tasks.get('a')!.state)).toBe('running');
  });

  it('has the lines of every attempt, oldest first', async () => {
    const { id } = await front.run({
      tasks: [{ id: 'a', action: 'test.talk', input: 'twice', maxRetries: 1, retryDelayMs: 1 }],
    });
    expect(await linesOf(id, 'a')).toEqual({
      items: [
        { attempt: 1, line: 'try 1 says "twice"' },
        { attempt: 1, line: 'and a line\nwith a break' },
        { attempt: 2, line: 'try 2 says "twice"' },
        { attempt: 2, line: 'and a line\nwith a break' },
      ],
    });
  });

  it('of one item of a fan-out is found by its id in brackets', async () => {
    const each = { id: 'each', action: 'test.talk', input: { $item: '' }, forEach: { items: ['x', 'y'] } };
    const { id } = await front.run({ tasks: [each] });
    expect(await linesOf(id, 'each%5B1%5D')).toMatchObject({ items: [{ line: 'try 1 says "y"' }, {}] });
    expect(await linesOf(id, 'each')).toEqual({ items: [] });
  });

  it('of a task that is not there is none', async () => {
    const { id } = await front.run({ tasks: [echo('a', 1)] });
    expect(await linesOf(id, 'a')).toEqual({ items: [] });
    const answer = await front.call('GET', `/directives/${id}/tasks/b/logs`);
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('an artifact', () => {
  const make = async (name: string, mimeType: string, text: string): Promise<string> => {
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'test.make', input: { name, mimeType, text } }] });
    return `${id}.${createHash('sha256').update(text).digest('hex')}`;
  };

  it('is downloaded byte for byte, under its type, as an attachment', async () => {
    const id = await make('report.md', 'text/markdown', '# Röport\n');
    const answer = await front.call('GET', `/artifacts/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.bytes).toEqual(Buffer.from('# Röport\n'));
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/markdown',
      'content-length': String(Buffer.byteLength('# Röport\n')),
      'content-disposition': expect.stringContaining('filename="report.md"'),
      'x-content-type-options': 'nosniff',
    });
    const head = await front.call('HEAD', `/artifacts/${id}`);
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength('# Röport\n')));
  });

  it.each([
    ['../../etc/pass"wd', 'text/html', 'text/html'],
    ['..', 'text/html\r\nx-evil: 1', 'application/octet-stream'],
    ['a\r\nx-evil: 1', 'nonsense', 'application/octet-stream'],
    ['日本語.txt', 'text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['folder/', '日本', 'application/octet-stream'],
  ])('called %j of type %j harms nobody', async (name, mimeType, expected) => {
    const answer = await front.call('GET', `/artifacts/${await make(name, mimeType, name)}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(expected);
    expect(answer.headers.get('x-evil')).toBeNull();
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="(?!\.)[\w.-]{1,150}"(; filename\*=UTF-8''[\w.%!~-]+)?$/,
    );
  });

  it.each([
    ['nobody made', (id: string) => id.replace(/.$/, 'z')],
    ['is named with more behind it', (id: string) => `${id}.x`],
    ['is named by its directive alone', (id: string) => id.split('.')[0]!],
    ['is named by its hash alone', (id: string) => id.split('.')[1]!],
    ['is a path', () => '..%2F..%2Fetc%2Fpasswd'],
  ])('that %s is not there', async (_, change) => {
    const id = change(await make('report.md', 'text/plain', 'text'));
    expect(problemOf(await front.call('GET', `/artifacts/${id}`))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('whose file was removed is told as such', async () => {
    const text = 'never written';
    const sha256 = createHash('sha256').update(text).digest('hex');
    const { id } = await front.run({ tasks: [echo('a', 1)] });
    const entry = { name: 'x', sha256, bytes: 13, mimeType: 'text/plain', task: 'a' };
    await front.rooms.redis.hset(front.rooms.keys.artifacts(id), sha256, JSON.stringify(entry));
    const problem = problemOf(await front.call('GET', `/artifacts/${id}.${sha256}`));
    expect(problem).toMatchObject({ status: 404, detail: expect.stringContaining('removed from the artifact store') });
  });
});
