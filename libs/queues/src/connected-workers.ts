import { mastersOf, type Redis } from '#libs/redis';

/** A worker as Redis knows it: BullMQ names the connection of each, whatever language it is written in. */
export interface ConnectedWorker {
  /** The hash tag of its shard. */
  root: string;
  queue: string;
  /** The name it gave itself; null when it gave none. */
  name: string | null;
  connectedMs: number;
}

/** `<prefix>:<queue in base64>`, with `:w:<name>` where the worker has one; a listener to events ends in `:qe`. */
const namePattern = /^(.+\}):([A-Za-z0-9+/]+={0,2})(?::w:(.*))?$/;

function parseClient(line: string): ConnectedWorker | undefined {
  const fields = new Map(line.split(' ').map((field) => [field.slice(0, field.indexOf('=')), field] as const));
  const valueOf = (field: string): string => fields.get(field)?.slice(field.length + 1) ?? '';
  const [, root, queue, name] = namePattern.exec(valueOf('name')) ?? [];
  if (root === undefined || queue === undefined) return undefined;
  const text = Buffer.from(queue, 'base64').toString('utf8');
  return { root, queue: text, name: name ?? null, connectedMs: Number(valueOf('age')) * 1_000 };
}

/** All that are connected now, to any master. Where a proxy keeps CLIENT SETNAME from Redis there are none to be seen. */
export async function connectedWorkers(redis: Redis): Promise<ConnectedWorker[]> {
  const texts = await Promise.all(mastersOf(redis).map(async (master) => master.client('LIST', 'TYPE', 'NORMAL')));
  return texts.flatMap((text) =>
    String(text)
      .split('\n')
      .flatMap((line) => parseClient(line) ?? []),
  );
}
