import type { Json } from '#libs/contracts';
import { HttpFront } from '../flow/http-front-bed.js';
import { ApiRequests, type ApiRequest, type GoodBodies } from './api-request.js';
import { FuzzRun, placeholders, type FuzzReport } from './fuzz-run.js';
import { RawExchange } from './raw-exchange.js';
import type { Known } from './value-of-schema.js';

const actions = ['test.echo', 'test.fail', 'test.gate', 'test.held'];

const chain: Json = {
  tasks: [
    { id: 'a', action: 'test.echo', input: { text: 'x' } },
    { id: 'b', action: 'test.echo', dependsOn: ['a'], input: { text: { $task: 'a', path: '/text' } } },
  ],
};
const fan: Json = { tasks: [{ id: 'a', action: 'test.echo', forEach: { items: [1, 2, 3] } }], labels: { team: 'red' } };
const failing: Json = { tasks: [{ id: 'a', action: 'test.fail' }], policies: { continueOnFailure: true } };
const held: Json = { tasks: [{ id: 'a', action: 'test.held' }], policies: { approval: 'always' } };
const open: Json = { tasks: [{ id: 'a', action: 'test.gate' }], budget: { maxCostUsd: 1 } };
const later: Json = { tasks: [{ id: 'a', action: 'test.echo' }], start: false };
const submits = [chain, fan, failing, held, open, later];

const good: GoodBodies = {
  submitDirective: submits,
  planDirective: submits,
  executeDirective: submits,
  raiseBudget: [{ maxCostUsd: 2 }],
  publishAction: [{ effect: 'pure' }],
  approveHold: [{}],
  denyHold: [{ comment: 'no' }],
  resolveHold: [{ as: 'retry' }],
  createWebhook: [{ url: 'https://192.0.2.1/hook' }, { url: 'https://10.0.0.1/' }],
};

const known: Known = {
  id: placeholders,
  hold: placeholders.map((id) => `${id}.0`),
  directive: placeholders,
  taskId: ['a', 'b'],
  task: ['a', 'b'],
  action: actions,
  // Not those of the submits: a fuzzer that republishes them gets no plan accepted any more.
  name: ['spare.one', 'spare.two'],
  dependsOn: [['a'], []],
  state: ['RUNNING', 'COMPLETED', 'PENDING'],
  limit: [1, 5, 100],
  'Idempotency-Key': Array.from({ length: 500 }, (_, at) => `key-${at}`),
  type: ['directive.started', 'task.completed'],
};

/** The product with directives in every state it can be asked about, and what a fuzzer throws at it. */
export class FuzzFront {
  private constructor(
    private readonly front: HttpFront,
    private readonly exchange: RawExchange,
  ) {}

  static async open(): Promise<FuzzFront> {
    const front = await HttpFront.open({ COC_SHARDS: '2' });
    await front.rooms.startExecutor();
    await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => ({ output: input }));
    await front.rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
      throw new Error('it fails');
    });
    await front.rooms.serve({ name: 'test.held', effect: 'keyed' }, async () => null);
    await front.call('PUT', '/actions/test.gate', { effect: 'once' });
    return new FuzzFront(front, new RawExchange(front.app.url, front.owner));
  }

  /** Drawn before there is a server: 20,000 hold up their process for seconds, and it is the server's too. */
  static draw(count: number, seed: number): ApiRequest[] {
    return new ApiRequests(known, good).draw(count, seed);
  }

  /** Throws them at it. */
  async run(requests: readonly ApiRequest[]): Promise<FuzzReport> {
    let refills = 0;
    const refill = async (): Promise<string> => this.front.submit(submits[refills++ % submits.length]!);
    const run = new FuzzRun(this.exchange, refill);
    return run.run(requests);
  }

  /** It serves after all that: a submit runs to its end. */
  async completes(): Promise<string> {
    return (await this.front.run(chain)).state;
  }

  async close(): Promise<void> {
    this.exchange.close();
    await this.front.close();
  }
}
