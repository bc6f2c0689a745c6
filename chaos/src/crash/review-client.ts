import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiClient } from '../load/api-client.js';
import { pollFor } from '../run/clock.js';

const pages = {
  'red.md': '# Red\n\nRed is the colour of stop signs. See [blue](blue.md).\n',
  'blue.md': '# Blue\n\nBlue is the colour of the sea. See [red](red.md).\n',
};
const actions = ['docs.collect', 'rag.embed', 'kg.build', 'docs.report', 'docs.answer'];
const finals = ['COMPLETED', 'FAILED', 'TIMEOUT', 'CANCELLED', 'ORPHANED', 'STOPPED', 'PARTIALLY_COMPLETED'];

/** Orders the workflow `docs.index` with a question, so that it is decided, fans out, is reviewed, extended and reviewed again. */
export class ReviewClient {
  private constructor(
    private readonly api: ApiClient,
    private readonly folder: string,
  ) {}

  static async open(api: ApiClient, folder: string): Promise<ReviewClient> {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(pages)) await writeFile(join(folder, name), text);
    return new ReviewClient(api, folder);
  }

  /** Its output; rejects with what came instead. */
  async run(key: string, withinMs: number): Promise<unknown> {
    const input = { folder: this.folder, question: 'What colour is the sea?' };
    // A lock of 1 s is lost now and then on a busy machine, beside the deaths: that is no finding.
    const body = { workflow: 'docs.index', input, policies: { maxRetries: 25, retryDelayMs: 200, backoff: 'fixed' } };
    await this.published(withinMs);
    const accepted = await this.api.send('POST', '/directives', body, { 'idempotency-key': key });
    if (accepted.status !== 202) throw new Error(`refused: ${JSON.stringify(accepted)}`);
    const { id } = accepted.body as { id: string };
    const view = await pollFor(withinMs, async () => this.finished(id), 200);
    if (view?.state !== 'COMPLETED')
      throw new Error(`${id} is ${view?.state ?? 'not over'}: ${await this.describe(id)}`);
    const { body: answer } = await this.api.send('GET', `/directives/${id}/output`);
    return (answer as { output: unknown }).output;
  }

  /** The worker may die before it has told the catalog of all its actions. */
  private async published(withinMs: number): Promise<void> {
    await pollFor(withinMs, async () => {
      const answer = await this.api.once('GET', '/actions');
      const { items } = (answer?.body ?? { items: [] }) as { items: { name: string }[] };
      return actions.every((action) => items.some(({ name }) => name === action)) || undefined;
    });
  }

  private async finished(id: string): Promise<{ state: string } | undefined> {
    const answer = await this.api.once('GET', `/directives/${id}`);
    const view = answer?.body as { state: string } | undefined;
    return view && finals.includes(view.state) ? view : undefined;
  }

  private async describe(id: string): Promise<string> {
    return JSON.stringify((await this.api.once('GET', `/directives/${id}/plan`))?.body);
  }
}
