import { join } from 'node:path';
import { type DirectiveEvent, EventList, type Json } from '#libs/contracts';
import { formatEvent } from '../../apps/cli/src/progress/event-line.js';
import { PseudoTerminal } from '../setup/pseudo-terminal.js';
import { Spawned } from '../setup/spawned.js';
import { Services, root } from './services.js';

const cli = join(root, 'dist/apps/cli/src/main.js');

/** Real services, the built `coc` beside them, and workers that are started when a test wants a task to go on. */
export class WatchBed {
  private constructor(readonly services: Services) {}

  static async open(): Promise<WatchBed> {
    const services = await Services.open();
    await services.startAll();
    return new WatchBed(services);
  }

  async publish(action: string, record: Json): Promise<void> {
    const { status } = await this.services.send('PUT', `/actions/${action}`, record);
    if (status !== 200) throw new Error(`${action} was refused with ${status}`);
  }

  /** From now on there is somebody who echoes the input of these tasks. */
  async work(action: string): Promise<void> {
    const { redis, processes } = this.services;
    const args = [join(root, 'test/setup/plain-worker.mjs'), redis.url, '{coc:0}', `${action}.0`, '{}', 'echo'];
    const worker = Spawned.start(process.execPath, args);
    processes.push(worker);
    await worker.line(/^ready$/);
  }

  coc(...args: string[]): Spawned {
    return Spawned.start(process.execPath, [cli, ...args, '--url', this.services.url], {
      COC_DATA_DIR: this.services.dataDir,
    });
  }

  /** Every event as one of its lines; by the API, page by page. */
  async lines(id: string): Promise<string[]> {
    const { body } = await this.services.send('GET', `/directives/${id}/events?limit=1000`);
    const { expiresAt } = await this.services.finished(id);
    return EventList.parse(body).items.map((event: DirectiveEvent) => formatEvent(event, expiresAt));
  }

  /** The orchestrator dies and comes back where it was. */
  async restart(whileAway: () => Promise<unknown>): Promise<void> {
    const { services } = this;
    const { port } = new URL(services.url);
    await services.processes.find(({ child }) => child.spawnargs.some((it) => it.includes('orchestrator')))!.kill();
    await whileAway();
    await services.start('orchestrator', { COC_PORT: port });
  }

  terminal(rows: number, columns: number, ...args: string[]): PseudoTerminal {
    const command = [
      'env',
      `COC_DATA_DIR=${this.services.dataDir}`,
      process.execPath,
      cli,
      ...args,
      '--url',
      this.services.url,
    ];
    return new PseudoTerminal(rows, columns, command);
  }

  close(): Promise<void> {
    return this.services.close();
  }
}
