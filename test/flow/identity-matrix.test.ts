import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HoldList, Role, type Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { allRoutes, bearer, makeKey, type Route } from './identity-bed.js';

const canary = 'CANARY-7f3a';
const routes = allRoutes();
const closed = routes.filter(({ isOpen }) => !isOpen);

const webhookRoutes = [
  ...['create', 'get', 'delete'].map((verb) => `${verb}Webhook`),
  'listWebhooks',
  'listDeliveries',
  'resendDelivery',
];

/** Who may call what: the one place of the tests where it is said again. */
const rolesOver: Partial<Record<Role, string[]>> = {
  operator: [
    'submitDirective',
    'executeDirective',
    'retryDirective',
    'deleteDirective',
    'createCheckpoint',
    ...['retry', 'skip', 'complete'].map((verb) => `${verb}Task`),
    ...['start', 'pause', 'resume', 'cancel', 'complete', 'fail', 'stop'].map((verb) => `${verb}Directive`),
  ],
  approver: ['approveHold', 'denyHold', 'resolveHold', 'revokeGrant', 'raiseBudget'],
  admin: ['createKey', 'listKeys', 'revokeKey', ...webhookRoutes],
};

/** Of what all tenants share: for who has the role in the installation's own. */
const ofTheHouse = new Map<string, Role>([
  ['publishAction', 'admin'],
  ['listQueues', 'admin'],
  ['listWorkers', 'admin'],
  ['getMetrics', 'viewer'],
]);

function neededFor({ name }: Route): Role {
  const shared = ofTheHouse.get(name);
  if (shared) return shared;
  const found = Object.entries(rolesOver).find(([, names]) => names.includes(name));
  return (found?.[0] ?? 'viewer') as Role;
}

const bodies: Record<string, Json> = {
  submitDirective: { tasks: [{ id: 'a', action: 'test.echo' }] },
  executeDirective: { tasks: [{ id: 'a', action: 'test.echo' }] },
  planDirective: { tasks: [{ id: 'a', action: 'test.echo' }] },
  approveHold: {},
  denyHold: { comment: 'no' },
  resolveHold: { decision: 'fail', comment: 'no' },
  raiseBudget: { maxCostUsd: 5 },
  publishAction: { effect: 'pure' },
  createKey: { name: 'made', roles: ['viewer'] },
  completeTask: { output: 1 },
  // Nobody listens there.
  createWebhook: { url: 'https://127.0.0.1:9/' },
};

let front: HttpFront;
const keys = { own: {} as Record<Role, string>, other: {} as Record<Role, string>, house: {} as Record<Role, string> };
const ids: Record<string, string> = {};

beforeAll(async () => {
  front = await HttpFront.open({ COC_RATE_REFUSED: '0', COC_WEBHOOK_ALLOW_PRIVATE: '127.0.0.1' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }, job) => {
    await job.log(`${canary} log`);
    return input;
  });
  await front.rooms.startExecutor();
  for (const [whose, tenant] of [
    ['own', 'acme'],
    ['other', 'rival'],
    ['house', 'local'],
  ] as const) {
    for (const role of Role.options) {
      keys[whose][role] = (
        await makeKey(front, { name: whose === 'own' ? `${canary}-${role}` : role, tenant, roles: [role] })
      ).key;
    }
  }
  await plant();
});
afterAll(async () => front.close());

/** A directive of the one tenant that says the canary wherever a text can stand, and waits for a human. */
async function plant(): Promise<void> {
  const as = bearer(keys.own.operator);
  const said = `${canary} text`;
  const tasks: Json[] = [
    { id: 'done', action: 'test.echo', input: { said } },
    { id: 'held', action: 'test.echo', input: { said }, approval: true, dependsOn: ['done'] },
  ];
  const body = {
    title: said,
    labels: { said: canary },
    ref: canary,
    input: { said },
    budget: { maxCostUsd: 1 },
    tasks,
  };
  const id = await front.submit(body, as);
  const holds = await eventually(
    async () => HoldList.parse((await front.call('GET', '/approvals', undefined, as)).json).items,
    (items) => items.length === 1,
  );
  const stored = await front.artifacts.put('acme', id, `${canary} bytes`);
  const entry = { name: canary, mimeType: 'text/plain', task: '0', ...stored };
  await front.rooms.redis.hset(front.rooms.keys.artifacts(id), stored.sha256, JSON.stringify(entry));
  await front.call('POST', `/directives/${id}/checkpoints`, { reason: said }, as);
  const hook: Json = { url: `https://127.0.0.1:9/${canary}`, description: said };
  const made = await front.call('POST', '/webhooks', hook, bearer(keys.own.admin));
  const { id: webhook } = made.json as { id: string };
  const key = await makeKey(front, { name: canary, roles: ['viewer'] }, bearer(keys.own.admin));
  Object.assign(ids, { directive: id, hold: holds[0]!.id, artifact: `${id}.${stored.sha256}`, key: key.id, webhook });
}

function pathOf({ path }: Route): string {
  const noun = path.split('/')[3];
  const id =
    { approvals: ids['hold'], artifacts: ids['artifact'], keys: ids['key'], webhooks: ids['webhook'] }[noun!] ??
    ids['directive'];
  return path
    .replace('{id}', id!)
    .replace('{taskId}', 'done')
    .replace('{number}', '1')
    .replace('{action}', 'test.echo')
    .replace(/\{name\}/, 'test.made')
    .replace(/\{\w+\}/g, 'x');
}

interface Heard {
  status: number;
  text: string;
}

/** Also of a stream, as far as it comes within a moment. */
async function ask(route: Route, headers: Record<string, string>, method = route.method): Promise<Heard> {
  const body = method === 'GET' || method === 'HEAD' ? undefined : JSON.stringify(bodies[route.name] ?? {});
  const type = body === undefined || route.method === 'DELETE' ? {} : { 'content-type': 'application/json' };
  const isStream = route.path.endsWith('/stream');
  const response = await fetch(`${front.app.url}${pathOf(route)}`, {
    method,
    headers: { ...headers, ...type },
    ...(body === undefined || route.method === 'DELETE' ? {} : { body }),
    ...(isStream ? { signal: AbortSignal.timeout(1_000) } : {}),
  });
  let text = [...response.headers].join('\n');
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
  } catch {
    // A stream goes on; what came is what counts.
  }
  return { status: response.status, text };
}

it('the API has routes, and only health is open', () => {
  expect(closed.length).toBeGreaterThan(30);
  expect(routes.filter(({ isOpen }) => isOpen).map(({ name }) => name)).toEqual(['getLiveness', 'getReadiness']);
});

describe.each(closed.map((route) => [route.name, route] as const))('%s', (_name, route) => {
  const needed = neededFor(route);

  it('is closed to who shows no good credential', async () => {
    const strangers = [
      {},
      bearer(`coc_0123456789abcdef_${'a'.repeat(43)}`),
      { authorization: 'Basic YWRtaW46YWRtaW4=' },
    ];
    const asked = await Promise.all(strangers.map(async (headers) => ask(route, headers)));
    const head = route.method === 'GET' ? await ask(route, {}, 'HEAD') : asked[0]!;
    expect([...asked, head].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(asked.every(({ text }) => text.includes('www-authenticate,Bearer'))).toBe(true);
    expect(asked.some(({ text }) => text.includes(canary))).toBe(false);
  });

  it.each(Role.options)('tells a %s of another tenant nothing', async (role) => {
    const { status, text } = await ask(route, bearer(keys.other[role]));
    const isAllowed = !ofTheHouse.has(route.name) && (role === 'admin' || role === needed || needed === 'viewer');
    const allowed = route.path.includes('{id}') ? [404] : [200, 201, 202, 204, 404];
    expect(text).not.toContain(canary);
    expect(isAllowed ? allowed : [403]).toContain(status);
  });

  it('refuses the roles of its own tenant that may not', async () => {
    const isShared = ofTheHouse.has(route.name);
    const others = Role.options.filter(
      (role) => isShared || (role !== 'admin' && role !== needed && needed !== 'viewer'),
    );
    const answers = await Promise.all(others.map(async (role) => ask(route, bearer(keys.own[role]))));
    expect(answers.map(({ status }) => status)).toEqual(others.map(() => 403));
  });
});

describe('of its own tenant', () => {
  const changing = closed.filter(({ method }) => method !== 'GET');
  const order = [...closed.filter(({ method }) => method === 'GET'), ...changing];

  it.each(order.map((route) => [route.name, route] as const))('%s answers who has the role', async (_name, route) => {
    const needed = neededFor(route);
    const mine = ofTheHouse.has(route.name) ? keys.house : keys.own;
    const answers = [await ask(route, bearer(mine[needed])), await ask(route, bearer(mine.admin))];
    const refused = answers.filter(({ status }) => status === 401 || status === 403 || status >= 500);
    expect(refused).toEqual([]);
    expect(route.method !== 'GET' || answers[0]!.status < 300).toBe(true);
  });
});
