/** Queue names are `<service>.<role>.<shard>` and are for ever; this file alone knows the format. */
export const rooms = ['decide', 'execute', 'review'] as const;
export type Room = (typeof rooms)[number];

const servicePattern = /^[a-z][a-z0-9-]{0,62}$/;
const queuePattern = /^([a-z][a-z0-9-]{0,62})\.([a-z][a-z0-9-]{0,62})\.(0|[1-9]\d{0,4})$/;

/** Services whose queues are rooms of the system; an action may not live there. */
const reservedServices: readonly string[] = ['orchestrator', 'executor'];

export function roomQueue(room: Room, shard: number): string {
  return `orchestrator.${room}.${shard}`;
}

/** Deliveries to webhooks, of all shards: they are in nobody's way, and one worker a process takes them. */
export const deliveryQueue = 'orchestrator.deliver.0';

/** `rag.embed` on shard 3 is served by the queue `rag.embed.3`. */
export function actionQueue(action: string, shard: number): string {
  return `${action}.${shard}`;
}

export function parseQueueName(queue: string): { service: string; role: string; shard: number } | undefined {
  const match = queuePattern.exec(queue);
  return match ? { service: match[1]!, role: match[2]!, shard: Number(match[3]) } : undefined;
}

/** The action a worker queue serves, or undefined for a room's queue and for names that are not ours. */
export function actionOfQueue(queue: string): string | undefined {
  const parts = parseQueueName(queue);
  if (!parts || reservedServices.includes(parts.service)) return undefined;
  return `${parts.service}.${parts.role}`;
}

export function isActionName(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 2 && parts.every((part) => servicePattern.test(part)) && !reservedServices.includes(parts[0]!)
  );
}
