import type { History } from '../rig/history.js';
import type { Rig } from '../rig/rig.js';
import { clockMs, pollFor, sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { ApiClient, type Answer } from './api-client.js';
import { homeTenant, type Draft } from './draft.js';
import { Human } from './human.js';

const resting = ['COMPLETED', 'PARTIALLY_COMPLETED', 'FAILED', 'TIMEOUT', 'STOPPED', 'CANCELLED', 'ORPHANED'];
const illegal = 409;

interface ActionEntry {
  name: string;
  effect: string;
  maxCostUsd: number | null;
}

/** One client for each draft: submits it, does with it what its conduct says, and writes down what it was told. */
export class LoadDriver {
  private readonly api: ApiClient;
  private readonly human: Human;
  private readonly history: History;
  private readonly draftsById = new Map<string, Draft>();
  private readonly open = new Set<string>();

  constructor(
    private readonly rig: Pick<Rig, 'urls' | 'ownerKeyFile' | 'door' | 'history' | 'stateOf'>,
    private readonly drafts: readonly Draft[],
    private readonly random: SeededRandom,
  ) {
    this.history = rig.history;
    this.api = new ApiClient(rig.urls, rig.ownerKeyFile);
    this.human = new Human(this.api, rig.history, (id) => this.draftsById.get(id));
  }

  /** All that the load uses. */
  get actions(): string[] {
    return [...new Set(this.drafts.flatMap(({ body }) => body.tasks.map(({ action }) => action)))];
  }

  /** The actions that no host of ours publishes. Resolves when the catalog has all that the load uses. */
  async publish(): Promise<void> {
    await this.api.send('PUT', '/actions/chaos.foreign', { effect: 'pure', timeoutMs: 120_000 });
    const wanted = this.actions;
    const actions = await pollFor(30_000, async () => {
      const { body } = await this.api.send('GET', '/actions');
      const known = new Map((body as { items: ActionEntry[] }).items.map((entry) => [entry.name, entry]));
      return wanted.every((name) => known.has(name)) ? Object.fromEntries(known) : undefined;
    });
    if (!actions) throw new Error(`the catalog has not got all of ${wanted.join(', ')}`);
    this.history.add({ kind: 'catalog', actions });
  }

  /** Submits all drafts, evenly over a time, and resolves when every client has done its part. */
  async run(withinMs: number): Promise<void> {
    this.human.start();
    const keys = this.drafts.map(() => this.random.fork(String(this.random.next())));
    await Promise.all(
      this.drafts.map(async (draft, at) => {
        await sleep((withinMs * at) / this.drafts.length);
        await this.converse(draft, `chaos-${at}-${keys[at]!.whole(0, 2 ** 30)}`, keys[at]!.chance(0.1));
      }),
    );
  }

  /** Asks until every directive rests; answers those that do not in time. */
  async drain(withinMs: number): Promise<string[]> {
    const deadline = clockMs() + withinMs;
    while (this.open.size > 0 && clockMs() < deadline) {
      for (const id of this.open) await this.look(id);
      if (this.open.size > 0) await sleep(200);
    }
    return [...this.open];
  }

  async stop(): Promise<void> {
    await this.human.stop();
  }

  /** All that the API shows to the one whom it knows, into the history. */
  async lookAround(): Promise<void> {
    let cursor = '';
    const ids: string[] = [];
    do {
      const page = await this.api.send('GET', `/directives?limit=200${cursor}`);
      const { items, nextCursor } = page.body as { items: { id: string }[]; nextCursor: string | null };
      ids.push(...items.map(({ id }) => id));
      cursor = nextCursor === null ? '' : `&cursor=${encodeURIComponent(nextCursor)}`;
    } while (cursor !== '');
    for (const id of this.draftsById.keys()) {
      const { status } = await this.api.send('GET', `/directives/${id}/output`);
      if (status !== 404) ids.push(id);
    }
    this.history.add({ kind: 'seen', tenant: homeTenant, ids });
  }

  /** For the evidence: why a directive does not end. */
  async describe(id: string): Promise<unknown> {
    return (await this.api.once('GET', `/directives/${id}/plan`))?.body;
  }

  private async look(id: string): Promise<void> {
    if (this.draftsById.get(id)?.tenant !== homeTenant) return this.lookAtOther(id);
    const answer = await this.api.once('GET', `/directives/${id}`);
    if (answer?.status === 200 && resting.includes((answer.body as { state: string }).state)) this.open.delete(id);
  }

  private async lookAtOther(id: string): Promise<void> {
    const state = await this.rig.stateOf(id);
    if (state !== undefined && resting.includes(state)) this.open.delete(id);
  }

  private async converse(draft: Draft, key: string, isRepeated: boolean): Promise<void> {
    const body = { ...draft.body, labels: { key } };
    this.history.add({ kind: 'submit', key, shape: draft.shape, tenant: draft.tenant, body, expect: draft.expect });
    const id = await this.submit(draft.tenant, key, body);
    if (id === undefined) return;
    this.draftsById.set(id, draft);
    this.open.add(id);
    if (isRepeated) await this.submit(draft.tenant, key, body);
    const { cancelAfterMs, cancelsWhatIsOver, pause } = draft.conduct;
    if (cancelsWhatIsOver) await this.waitForEnd(id);
    if (cancelAfterMs !== undefined) await this.cancel(id, cancelAfterMs);
    if (pause) await this.pause(id, pause);
  }

  private async submit(tenant: string, key: string, body: object): Promise<string | undefined> {
    const api = tenant === homeTenant ? this.api : new ApiClient([`${this.rig.door}/${tenant}`], this.rig.ownerKeyFile);
    const answer = await api.send('POST', '/directives', body, { 'idempotency-key': key });
    if (answer.status !== 202) {
      this.history.add({ kind: 'refused', key, status: answer.status, answer: answer.body });
      return undefined;
    }
    const { id } = answer.body as { id: string };
    this.history.add({ kind: 'accepted', key, id });
    return id;
  }

  private async cancel(id: string, afterMs: number): Promise<void> {
    await sleep(afterMs);
    await this.order('cancel', id);
  }

  /** Faults may keep it from ending for longer: then it is cancelled on its way. */
  private async waitForEnd(id: string): Promise<void> {
    await pollFor(20_000, async () => resting.includes((await this.rig.stateOf(id)) ?? '') || undefined);
  }

  private async pause(id: string, { afterMs, forMs }: { afterMs: number; forMs: number }): Promise<void> {
    await sleep(afterMs);
    const isPaused = await pollFor(20_000, async () => {
      const { status, body } = await this.order('pause', id);
      if (status === 200) return true;
      // Only what is RUNNING can be paused: not begun yet, or over already.
      const { detail } = body as { detail: string };
      return status === illegal && resting.some((state) => detail.includes(state)) ? false : undefined;
    });
    if (!isPaused) return;
    await sleep(forMs);
    await this.order('resume', id);
  }

  private async order(order: string, id: string): Promise<Answer> {
    this.history.add({ kind: 'asked', order, id });
    const answer = await this.api.send('POST', `/directives/${id}/${order}`);
    const state = (answer.body as { state?: string } | null)?.state;
    this.history.add({ kind: 'answered', order, id, status: answer.status, detail: { state } });
    return answer;
  }
}
