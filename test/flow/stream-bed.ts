import { ActionRecord, isDirectiveId, shardOfDirective, type Json } from '#libs/contracts';
import { runInLibrary } from '../scripts/lua-source.js';
import { HttpFront } from './http-front-bed.js';
import { SseClient } from './sse-client.js';

/** Says an event of the record's own making, as often and as large as a test wants it. */
const emitLua = `
local directive = load_directive(ARGV[1])
for _ = 1, tonumber(ARGV[2]) do emit(directive, 'task.retried', 'a', { message = string.rep('x', tonumber(ARGV[3])) }) end
save_directive(directive)
`;

export const echo: Json = { id: 'a', action: 'test.echo', input: { text: 'hi' } };

/** The orchestrator's streams over real HTTP, with directives that really run. */
export class StreamBed {
  private readonly clients: SseClient[] = [];
  private readonly gates = new Set<() => void>();

  private constructor(readonly front: HttpFront) {}

  static async open(settings: Record<string, string> = {}): Promise<StreamBed> {
    const front = await HttpFront.open({ COC_SHARDS: '2', COC_STREAM_HEARTBEAT_MS: '50', ...settings });
    return new StreamBed(front);
  }

  /** Workers and an executor; without them nothing moves but by `emit`. */
  async serve(): Promise<void> {
    const { rooms } = this.front;
    await rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    await rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
      throw new Error('it broke');
    });
    await rooms.serve({ name: 'test.wait', effect: 'pure' }, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.gates.add(resolve);
      await promise;
      return 'waited';
    });
    await rooms.startExecutor();
  }

  /** Lets go whatever waits in `test.wait`. */
  letGo(): void {
    for (const resolve of this.gates) resolve();
    this.gates.clear();
  }

  async close(): Promise<void> {
    this.letGo();
    this.closeClients();
    await this.front.close();
  }

  /** `what` is a directive, or the query of the tenant's stream. */
  async follow(what = '', position?: string): Promise<SseClient> {
    const path = isDirectiveId(what) ? `directives/${what}/events/stream` : `events/stream${what}`;
    const headers = { ...this.front.owner, ...(position === undefined ? {} : { 'last-event-id': position }) };
    const client = await SseClient.open(`${this.front.app.url}/api/v1/${path}`, headers);
    this.clients.push(client);
    return client;
  }

  /** Further events of a directive that is not final. */
  async emit(id: string, count: number, bytes = 10): Promise<void> {
    const root = this.front.rooms.keys.root(shardOfDirective(id)!);
    await runInLibrary(this.front.rooms.redis, emitLua, root, id, String(count), String(bytes));
  }

  /** A directive that nobody is told of: it has its first two events, and no more but by `emit`. */
  async still(shard = 0, tenant = 'local'): Promise<string> {
    const { rooms } = this.front;
    await rooms.catalog.publish(ActionRecord.parse({ name: 'test.still', effect: 'pure' }));
    const id = await rooms.accept([{ id: 'a', action: 'test.still' }], { shard, tenant });
    // Else a sweeper would find it after some seconds.
    await rooms.redis.zrem(rooms.keys.outbox(shard), `execute:${id}`);
    return id;
  }

  closeClients(): void {
    for (const client of this.clients) client.close();
  }

  /** How many connections wait for something new, besides the one for webhooks. */
  async blockedReaders(): Promise<number> {
    const list = String(await this.front.rooms.redis.call('CLIENT', 'LIST'));
    return list.split('\n').filter((line) => line.includes(' cmd=xread ')).length - 1;
  }
}
