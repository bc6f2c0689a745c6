import { formatTaskIndex, usdFromMicroUsd, type BudgetLedger, type DirectiveEvent } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { DirectiveReader } from './directive-reader.js';
import type { StoredTask } from './stored-task.js';

const page = 1_000;

interface LiveTask extends StoredTask {
  reserveMicroUsd?: number;
  reserveTokens?: number;
}

/** Every charge of a directive, from its story, and every reservation that stands, from its tasks. */
export class LedgerReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly reader: DirectiveReader,
  ) {}

  async of(tenant: string, directiveId: string): Promise<BudgetLedger | undefined> {
    const directive = await this.reader.get(tenant, directiveId);
    if (!directive) return undefined;
    const [lines, live] = await Promise.all([
      this.lines(tenant, directiveId),
      this.live(directiveId, directive.tasks.total),
    ]);
    return { directiveId, ...directive.budget, lines, ...live };
  }

  private async lines(tenant: string, id: string): Promise<BudgetLedger['lines']> {
    const lines: BudgetLedger['lines'] = [];
    for (let after = 0; ;) {
      const events = (await this.reader.events(tenant, id, { after, limit: page })) ?? [];
      lines.push(...events.flatMap(lineOf));
      if (events.length < page) return lines;
      after = events.at(-1)!.seq;
    }
  }

  private async live(id: string, total: number): Promise<Pick<BudgetLedger, 'reservations' | 'waiting'>> {
    const live: Pick<BudgetLedger, 'reservations' | 'waiting'> = { reservations: [], waiting: [] };
    for (let from = 0; from < total; from += page) {
      const fields = Array.from({ length: Math.min(page, total - from) }, (_, at) => formatTaskIndex(from + at));
      const [states, controls] = await Promise.all([
        this.redis.hmget(this.keys.tasks(id), ...fields),
        this.redis.hmget(this.keys.plan(id), ...fields),
      ]);
      for (const [at, text] of states.entries()) {
        const task = text ? (JSON.parse(text) as LiveTask) : undefined;
        const name = controls[at] ? (JSON.parse(controls[at]) as { id: string }).id : fields[at]!;
        if (task?.waiting?.[0] === 'budget') live.waiting.push(name);
        if (task?.reserveMicroUsd !== undefined) live.reservations.push(reservationOf(name, task));
      }
    }
    return live;
  }
}

function lineOf({ seq, timestamp, task, type, data }: DirectiveEvent): BudgetLedger['lines'] {
  const [cost, tokens] = [Number(data['costMicroUsd'] ?? 0), Number(data['tokens'] ?? 0)];
  if (task === null || (cost === 0 && tokens === 0)) return [];
  const attempt = Number(data['attempt'] ?? 0);
  return [{ seq, at: timestamp, task, attempt, event: type, costUsd: usdFromMicroUsd(cost), tokens }];
}

function reservationOf(task: string, stored: LiveTask): BudgetLedger['reservations'][number] {
  const { attempt = 0, reserveMicroUsd = 0, reserveTokens = 0 } = stored;
  return { task, attempt, costUsd: usdFromMicroUsd(reserveMicroUsd), tokens: reserveTokens };
}
