const directiveId = /^d\d+_[0-9A-HJKMNP-TV-Z]{26}$/;
const queueName = /^([a-z][a-z0-9-]*)\.([a-z][a-z0-9-]*)\.\d+$/;
const hashTag = /^\{[^}:]+:([^}]*)\}(?::|$)/;

/** Whose keys: of a shard nothing is said, they are nearly all. */
function homeOf(tag: string): string[] {
  if (/^\d+$/.test(tag)) return [];
  return [tag.startsWith('t:') ? 'tenant' : 'all'];
}

function queueKind(service: string, role: string): string {
  return service === 'orchestrator' ? role : 'work';
}

function partKind(part: string): string {
  const queue = queueName.exec(part);
  if (queue) return queueKind(queue[1]!, queue[2]!);
  // Ids, numbers and hashes; a BullMQ job of a worker queue is named by its attempt.
  return directiveId.test(part) || /^d\d+_|\d|[A-Z]/.test(part) ? '*' : part;
}

/** What kind of thing stands under a key, without ids: `d:*:tasks`, `ready:work`, `execute:wait`, `work:*:lock`, `tenant:ref:*`. */
export function keyKind(key: string): string {
  const tag = hashTag.exec(key);
  const rest = key.slice(tag?.[0].length ?? 0);
  return [...homeOf(tag?.[1] ?? '0'), ...rest.split(':').filter(Boolean).map(partKind)].join(':');
}
