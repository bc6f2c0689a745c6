import {
  ActionList,
  ActionRecord,
  DirectiveList,
  DirectiveView,
  EventList,
  type Json,
  OutputView,
  PlanView,
  SubmitAccepted,
  type TaskView,
} from '#libs/contracts';
import { z } from 'zod';
import type { DirectiveSource, EventPage } from '../progress/directive-source.js';
import { type Answer, exchange } from './exchange.js';
import { failureOfAnswer, notOurs } from './problem-failure.js';
import type { ServerAddress } from './server-address.js';

const base = '/api/v1';
const pageSize = 1_000;

const LogLines = z.object({ items: z.array(z.object({ attempt: z.number(), line: z.string() })) });
export type LogLine = z.infer<typeof LogLines>['items'][number];

export type DirectiveOrder = 'cancel' | 'pause' | 'resume';

/** The server's HTTP API as the CLI uses it. Every method throws CliFailure; after Ctrl-C, the interrupt's reason. */
export class CocApi implements DirectiveSource {
  constructor(
    readonly server: ServerAddress,
    private readonly interrupt: AbortSignal,
  ) {}

  submit(directive: Json): Promise<{ id: string }> {
    return this.ask(SubmitAccepted, 'POST', '/directives', directive);
  }

  listDirectives(limit: number, cursor?: string) {
    return this.ask(DirectiveList, 'GET', `/directives?${query({ limit, cursor })}`);
  }

  getDirective(id: string): Promise<DirectiveView> {
    return this.ask(DirectiveView, 'GET', `/directives/${encodeURIComponent(id)}`);
  }

  async listTasks(id: string): Promise<TaskView[]> {
    const tasks: TaskView[] = [];
    let cursor: string | undefined;
    do {
      const path = `/directives/${encodeURIComponent(id)}/plan?${query({ limit: pageSize, cursor })}`;
      const page: PlanView = await this.ask(PlanView, 'GET', path);
      for (const task of page.items) tasks.push(task);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return tasks;
  }

  listEvents(id: string, after: number): Promise<EventPage> {
    return this.ask(
      EventList,
      'GET',
      `/directives/${encodeURIComponent(id)}/events?${query({ after, limit: pageSize })}`,
    );
  }

  getOutput(id: string) {
    return this.ask(OutputView, 'GET', `/directives/${encodeURIComponent(id)}/output`);
  }

  async listLogs(id: string, task: string): Promise<LogLine[]> {
    const path = `/directives/${encodeURIComponent(id)}/tasks/${encodeURIComponent(task)}/logs`;
    return (await this.ask(LogLines, 'GET', path)).items;
  }

  order(id: string, order: DirectiveOrder): Promise<DirectiveView> {
    return this.ask(DirectiveView, 'POST', `/directives/${encodeURIComponent(id)}/${order}`);
  }

  async listActions(): Promise<ActionRecord[]> {
    return (await this.ask(ActionList, 'GET', '/actions')).items;
  }

  applyAction(name: string, record: Json): Promise<ActionRecord> {
    return this.ask(ActionRecord, 'PUT', `/actions/${encodeURIComponent(name)}`, record);
  }

  /** Not ready is an answer here, not a failure: `coc doctor` reads it. */
  readiness(): Promise<Answer> {
    return exchange(this.server, this.interrupt, 'GET', `${base}/health/ready`);
  }

  private async ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: Json): Promise<T> {
    const answer = await exchange(this.server, this.interrupt, method, `${base}${path}`, body);
    if (answer.status >= 400) throw failureOfAnswer(answer, this.server.url);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    // A newer server may say more than this CLI knows: only what is missing or wrong is a fault.
    const fault = parsed.error.issues.find((issue) => issue.code !== 'unrecognized_keys');
    if (fault === undefined) return answer.body as T;
    throw notOurs(answer.status, this.server.url, `/${fault.path.join('/')} ${fault.message}`);
  }
}

function query(parts: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) search.set(name, String(value));
  return search.toString();
}
