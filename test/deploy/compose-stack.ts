import { join } from 'node:path';
import type { DirectiveView, Json } from '#libs/contracts';
import { container, containerEngine, say } from '../setup/container-engine.js';

const root = join(import.meta.dirname, '../..');
const pauseMs = 250;

/** Our own images; Redis and Prometheus are images of others. */
export const services = [
  'orchestrator',
  'executor',
  'recorder',
  'worker-docs',
  'worker-embed',
  'worker-graph',
  'worker-agent',
] as const;

const projectName = /^coc-test-(\d+)[-_]/;

/** True when the test of that process id is over. */
function isLeft(pid: string | undefined): boolean {
  if (pid === undefined) return false;
  try {
    return !process.kill(Number(pid), 0);
  } catch {
    return true;
  }
}

/** docker-compose.yml as a project of its own, on a port of its own. */
export class ComposeStack {
  private key = '';

  private readonly project = `coc-test-${process.pid}`;

  constructor(private readonly port: number) {}

  async build(): Promise<void> {
    // The four workers are one image.
    await this.compose('build', 'orchestrator', 'executor', 'recorder', 'worker-docs');
  }

  async up(): Promise<void> {
    await this.compose('up', '-d', 'redis', ...services);
    for (const service of ['redis', ...services]) await this.healthy(service);
    this.key = await this.inside('orchestrator', 'cat', '/var/lib/coc/owner.key');
  }

  /** What a test that was killed left behind: its containers would run for ever. */
  static async removeLeftovers(): Promise<void> {
    for (const kind of ['container', 'network', 'volume']) {
      const named = kind === 'container' ? '{{.Names}}' : '{{.Name}}';
      const names = (await container(kind, 'ls', ...(kind === 'container' ? ['--all'] : []), '--format', named)).split(
        '\n',
      );
      const left = names.filter((name) => isLeft(projectName.exec(name)?.[1]));
      for (const name of left) await container(kind, 'rm', '--force', name);
    }
  }

  /** A service of others, which says nothing of its health. */
  async start(service: string): Promise<void> {
    await this.compose('up', '-d', service);
  }

  async isRunning(service: string): Promise<boolean> {
    return (await container('inspect', '--format', '{{.State.Running}}', await this.containerOf(service))) === 'true';
  }

  /** Volumes too. */
  async down(): Promise<void> {
    await this.compose('down', '-v');
    // podman-compose leaves it.
    if (containerEngine === 'podman') await container('network', 'rm', '--force', `${this.project}_default`);
  }

  /** What a program in the container of a service prints. */
  async inside(service: string, ...command: string[]): Promise<string> {
    return container('exec', await this.containerOf(service), ...command);
  }

  /** SIGTERM, the grace, and the same container again. */
  async restart(service: string): Promise<void> {
    await container('restart', '-t', '20', await this.containerOf(service));
    await this.healthy(service);
  }

  async logs(service: string): Promise<string> {
    return container('logs', '--tail', '20', await this.containerOf(service));
  }

  async submit(body: Json): Promise<string> {
    const answer = await this.ask('/directives', {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return (answer as { id: string }).id;
  }

  async directive(id: string): Promise<DirectiveView> {
    return (await this.ask(`/directives/${id}`)) as DirectiveView;
  }

  async finished(id: string, timeoutMs = 180_000): Promise<DirectiveView> {
    return within(timeoutMs, `the end of ${id}`, async () => {
      const view = await this.directive(id);
      return view.finishedAt === null ? undefined : view;
    });
  }

  private async ask(path: string, init: RequestInit = {}): Promise<unknown> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, { ...init, headers });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(body)}`);
    return body;
  }

  private async healthy(service: string, timeoutMs = 120_000): Promise<void> {
    await within(timeoutMs, `the health of ${service}`, async () => (await this.isHealthy(service)) || undefined).catch(
      async (error: unknown) => {
        throw new Error(await this.logs(service), { cause: error });
      },
    );
  }

  private async isHealthy(service: string): Promise<boolean> {
    const id = await this.containerOf(service);
    // podman leaves the clock of health checks to systemd, which a container host need not have.
    if (containerEngine === 'podman')
      return container('healthcheck', 'run', id).then(
        () => true,
        () => false,
      );
    return (await container('inspect', '--format', '{{.State.Health.Status}}', id)) === 'healthy';
  }

  private async containerOf(service: string): Promise<string> {
    const labels = { project: this.project, service };
    const filters = Object.entries(labels).flatMap(([name, value]) => [
      '--filter',
      `label=com.docker.compose.${name}=${value}`,
    ]);
    return container('ps', '--all', '--quiet', ...filters);
  }

  private async compose(...args: string[]): Promise<string> {
    const settings = { COC_PORT: String(this.port) };
    const all = ['-f', join(root, 'docker-compose.yml'), '-p', this.project, ...args];
    return containerEngine === 'docker'
      ? say('docker', ['compose', ...all], settings)
      : say('podman-compose', all, settings);
  }
}

/** Looks until there is something to see. */
async function within<Seen>(timeoutMs: number, what: string, look: () => Promise<Seen | undefined>): Promise<Seen> {
  const deadline = performance.now() + timeoutMs;
  let fault: unknown;
  while (performance.now() < deadline) {
    const seen = await look().catch((error: unknown) => void (fault = error));
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  throw new Error(`${what} did not come within ${timeoutMs} ms`, { cause: fault });
}
