const directivePattern = /^d(0|[1-9]\d{0,4})_[0-9A-HJKMNP-TV-Z]{26}$/;
const attemptPattern = /^(d(?:0|[1-9]\d{0,4})_[0-9A-HJKMNP-TV-Z]{26})\.([0-9a-z]{1,6})\.([1-9]\d{0,5})\.([\w-]{8,64})$/;

/** The fence of one attempt. Its text form is the id of the BullMQ job: `<directiveId>.<index36>.<attempt>.<nonce>`. */
export interface AttemptId {
  directiveId: string;
  taskIndex: number;
  attempt: number;
  nonce: string;
}

export function formatDirectiveId(shard: number, ulid: string): string {
  return `d${shard}_${ulid}`;
}

export function isDirectiveId(text: string): boolean {
  return directivePattern.test(text);
}

/** The shard a directive lives in, or undefined when the text is no directive id. */
export function shardOfDirective(directiveId: string): number | undefined {
  const match = directivePattern.exec(directiveId);
  return match ? Number(match[1]) : undefined;
}

export function formatTaskIndex(index: number): string {
  return index.toString(36);
}

export function parseTaskIndex(text: string): number {
  return Number.parseInt(text, 36);
}

export function formatAttemptId(id: AttemptId): string {
  return `${id.directiveId}.${formatTaskIndex(id.taskIndex)}.${id.attempt}.${id.nonce}`;
}

/** undefined for a job id that is not ours, such as one a stranger put on a worker queue. */
export function parseAttemptId(jobId: string): AttemptId | undefined {
  const match = attemptPattern.exec(jobId);
  if (!match) return undefined;
  const [, directiveId, index, attempt, nonce] = match as unknown as [string, string, string, string, string];
  return { directiveId, taskIndex: parseTaskIndex(index), attempt: Number(attempt), nonce };
}
