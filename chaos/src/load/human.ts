import type { History } from '../rig/history.js';
import { sleep } from '../run/clock.js';
import type { Answer, ApiClient } from './api-client.js';
import type { Draft } from './draft.js';

interface Hold {
  id: string;
  directiveId: string;
  task: string;
  kind: 'approval' | 'budget' | 'effect-unknown';
  input: { add?: number; [field: string]: unknown };
  digest: string;
}

const lookEveryMs = 300;
/** Not the one who submitted: nobody lets go his own high risk. */
const approver = { 'coc-actor': 'approver' };

/** Answers every hold by what its directive's draft says, until it is told to stop. */
export class Human {
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly api: ApiClient,
    private readonly history: History,
    private readonly draftOf: (directiveId: string) => Draft | undefined,
  ) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const page = await this.api.once('GET', '/approvals?limit=200');
      const holds = page?.status === 200 ? (page.body as { items: Hold[] }).items : [];
      for (const hold of holds) await this.answer(hold);
      await sleep(lookEveryMs);
    }
  }

  private async answer(hold: Hold): Promise<void> {
    const draft = this.draftOf(hold.directiveId);
    if (!draft) return;
    if (hold.kind === 'approval') await this.sayToApproval(hold, draft);
    if (hold.kind === 'budget')
      await this.tell('raise', hold, `/directives/${hold.directiveId}/budget`, { maxCostUsd: 5 });
    if (hold.kind === 'effect-unknown') await this.resolve(hold, draft);
  }

  private async sayToApproval(hold: Hold, { conduct, tenant }: Draft): Promise<void> {
    if (conduct.approval === 'deny') return this.tell('deny', hold, `/approvals/${hold.id}/deny`, { comment: 'no' });
    const edited =
      conduct.approval === 'edit' ? { input: { add: 500, parts: [1, 2], canary: `canary-of-${tenant}` } } : {};
    await this.tell('approve', hold, `/approvals/${hold.id}/approve`, { digest: hold.digest, ...edited });
  }

  private async resolve(hold: Hold, { conduct }: Draft): Promise<void> {
    const product = { attempt: 0, nonce: 'human', commit: 0, items: [], padding: '', canary: '' };
    const said =
      conduct.completeWith === undefined
        ? { decision: 'fail' }
        : { decision: 'complete', output: { ...product, value: conduct.completeWith } };
    await this.tell('resolve', hold, `/approvals/${hold.id}/resolve`, said);
  }

  /** Asked once: a hold that is still there is answered at the next look. */
  private async tell(order: string, hold: Hold, path: string, body: object): Promise<void> {
    const { directiveId: id, task, kind, input, digest } = hold;
    const about = { task, kind, input, digest, body };
    this.history.add({ kind: 'asked', order, id, detail: about });
    const answer: Answer | undefined = await this.api.once('POST', path, body, approver);
    this.history.add({
      kind: 'answered',
      order,
      id,
      status: answer?.status ?? 0,
      detail: { task, body: answer?.body },
    });
  }
}
