import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  directiveStates,
  eventTypes,
  finalTaskStates,
  formatAttemptId,
  formatTaskIndex,
  limits,
  restingDirectiveStates,
  waitKinds,
} from '#libs/contracts';
import { allowedFrom, decideClose } from '#libs/policy';
import { Keys, countNames, parseCounts } from '#libs/state';
import { foundInLua, luaCode, luaInclude, runInLibrary } from './lua-source.js';
import { aDraft } from './orders.js';
import { ScriptBed } from './script-bed.js';

let bed: ScriptBed;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => bed.close());

const keys = new Keys('coc');
const { id } = aDraft();
const parts = ['plan', 'tasks', 'events', 'artifacts', 'checkpoints', 'children'] as const;
const lists = [
  'outbox',
  'timers',
  'cascade',
  'expand',
  'closing',
  'discard',
  'control',
  'queues',
  'permits',
  'windows',
  'tenants',
  'retiring',
  'degraded',
  'orphaning',
] as const;
const prefixes = ['index', 'holds', 'grants', 'd'];
/** At home slots. */
const ofTenants = ['idem', 'ref', 'spent', 'rate'];
/** Only scripts touch these, so keys.ts does not know them. */
const luaOnly = { parts: ['parked', 'short', 'unfunded', 'undrawn', 'retiring', 'logs:'], staged: ['plan:', 'tasks:'] };

async function lua(body: string, ...args: string[]): Promise<unknown> {
  return runInLibrary(bed.redis, body, keys.root(0), ...args);
}

describe('keys.ts and keys.lua', () => {
  it('build the same keys', async () => {
    const fromLua = await lua(
      `local found = { directive_key(ARGV[1]) }
      for _, part in ipairs(cjson.decode(ARGV[2])) do found[#found + 1] = directive_key(ARGV[1], part) end
      for _, list in ipairs(cjson.decode(ARGV[3])) do found[#found + 1] = shard_key(list) end
      for _, list in ipairs({ 'ready', 'inflight' }) do found[#found + 1] = queue_key(list, 'q') end
      return found`,
      id,
      JSON.stringify(parts),
      JSON.stringify([...lists, 'events', 'index:t']),
    );
    expect(fromLua).toEqual([
      keys.directive(id),
      ...parts.map((part) => keys[part](id)),
      ...lists.map((list) => keys[list](0)),
      keys.shardEvents(0),
      keys.index(0, 't'),
      keys.ready(0, 'q'),
      keys.inflight(0, 'q'),
    ]);
  });

  it('know the same names', () => {
    const inLua = [...foundInLua(/shard_key\('([a-z]+)[:']/g), ...foundInLua(/ROOT \.\. ':([a-z]+):/g)];
    // `none` is the key that never is: guard.lua asks for what others have in common with it.
    expect(inLua.filter((name) => ![...prefixes, ...ofTenants, 'none', 'events', ...lists].includes(name))).toEqual([]);
    expect(foundInLua(/queue_key\('([a-z]+)'/g)).toEqual(['fair', 'inflight', 'ready']);
    const ofDirective = foundInLua(/directive_key\([\w.[\]]+, '([a-z:]+)'/g);
    const known = [...parts, ...luaOnly.parts, ...luaOnly.staged];
    expect(ofDirective.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('name an attempt and a task in the same way', async () => {
    const attempt = { directiveId: id, taskIndex: 4_711, attempt: 12, nonce: 'some-nonce' };
    const body = `return attempt_id(ARGV[1], '3mv', { attempt = 12, nonce = 'some-nonce' })`;
    expect(await lua(body, id)).toBe(formatAttemptId(attempt));
    const numbers = [0, 1, 35, 36, 1_295, 1_296, limits.maxTasks - 1, limits.maxTasks * 2];
    const base36 = `local all = {} for _, n in ipairs(cjson.decode(ARGV[1])) do all[#all + 1] = to_base36(n) end return all`;
    expect(await lua(base36, JSON.stringify(numbers))).toEqual(numbers.map(formatTaskIndex));
  });
});

describe('counts.ts and record.lua', () => {
  it('keep the numbers of a record in the same order', async () => {
    const body = `local directive = parse_directive('d', { 'PENDING', false, false, false, false, 'local' })
      for at, name in ipairs(cjson.decode(ARGV[1])) do directive[name] = at end
      return format_counts(directive)`;
    const counts = parseCounts((await lua(body, JSON.stringify(countNames))) as string);
    expect(counts).toEqual(Object.fromEntries(countNames.map((name, at) => [name, at + 1])));
  });

  it('read back what they wrote', async () => {
    const body = `local stored = cjson.decode(ARGV[1])
      local directive = parse_directive('d', { 'RUNNING', false, false, false, false, 'local', [12] = ARGV[1] })
      return { has_changed_counts(directive) and 'changed' or 'same', format_counts(directive), int(#stored) }`;
    const stored = countNames.map((_, at) => 10 ** 13 + at);
    const [change, text, size] = (await lua(body, JSON.stringify(stored))) as [string, string, string];
    expect([change, size]).toEqual(['same', String(countNames.length)]);
    expect(JSON.parse(text)).toEqual(stored);
  });

  it('take all for 0 where nothing is stored', async () => {
    const body = `return format_counts(parse_directive('d', { 'PENDING', false, false, false, false, 'local' }))`;
    const numbers = JSON.parse((await lua(body)) as string) as number[];
    expect(numbers).toEqual(countNames.map(() => 0));
    expect(Object.values(parseCounts(null))).toEqual(countNames.map(() => 0));
  });
});

describe('policy and Lua', () => {
  it('close a directive in the same state', async () => {
    const counts = [0, 1, 2].flatMap((failed) => [0, 1, 2].map((sinksSucceeded) => ({ failed, sinksSucceeded })));
    const body = `local all = {}
      for _, one in ipairs(cjson.decode(ARGV[1])) do
        all[#all + 1] = close_state({ broken = one.failed, sinksSucceeded = one.sinksSucceeded })
      end
      return all`;
    expect(await lua(body, JSON.stringify(counts))).toEqual(counts.map(decideClose));
  });

  it('agree on which states of tasks are final and which of directives rest', async () => {
    const body = `local all = {} for name in pairs(FINAL) do all[#all + 1] = name end table.sort(all) return all`;
    expect(await lua(body)).toEqual([...finalTaskStates].toSorted());
    expect(await lua(body.replace('FINAL', 'RESTING'))).toEqual([...restingDirectiveStates].toSorted());
  });

  it('let a directive go to the same states, and one that is closing only to its end', async () => {
    const body = `${luaInclude('transition')}
      local all = {}
      for _, from in ipairs(cjson.decode(ARGV[1])) do
        local found = {}
        for _, to in ipairs(cjson.decode(ARGV[1])) do
          if may_go({ state = from, closing = '' }, to) then found[#found + 1] = to end
          if may_go({ state = from, closing = 'CANCELLED' }, to) then found[#found + 1] = 'closing' end
        end
        all[#all + 1] = table.concat(found, ' ')
      end
      return all`;
    expect(await lua(body, JSON.stringify(directiveStates))).toEqual(
      directiveStates.map((from) => directiveStates.filter((to) => allowedFrom(from).includes(to)).join(' ')),
    );
  });

  it('know the same states of directives', () => {
    const written = foundInLua(/directive\.(?:state|closing) = '([A-Z_]+)'|begin_close\(directive, '([A-Z_]+)'/g);
    expect(written.filter((state) => state && !(directiveStates as readonly string[]).includes(state))).toEqual([]);
  });
});

describe('contracts and Lua', () => {
  it('name the same events', () => {
    expect(foundInLua(/'((?:directive|task|artifact|evaluation|checkpoint)\.[a-z_]+)'/g)).toEqual(
      [...eventTypes].toSorted(),
    );
  });

  it('name the same kinds of waiting', () => {
    const kinds = [
      ...foundInLua(/waiting = \{ '([a-z-]+)',/g),
      ...foundInLua(/(?:hold|defer)\([^)\n]*, '([a-z-]+)', [^)\n]*\)/g),
    ];
    expect(kinds.length).toBeGreaterThan(4);
    expect(kinds.filter((kind) => !(waitKinds as readonly string[]).includes(kind))).toEqual([]);
  });

  it('keep integers exact where Lua alone would write an exponent', async () => {
    const body = `return { int(tonumber(ARGV[1])), int(1e15) }`;
    expect(await lua(body, String(limits.maxMicroUsd))).toEqual([String(limits.maxMicroUsd), '1000000000000000']);
  });

  it('read no clock but that of Redis', () => {
    expect(luaCode()).not.toMatch(/\bos\.|math\.random/);
  });
});
