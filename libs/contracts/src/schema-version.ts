import { z } from 'zod';

/** The major version of what is sent: room messages, job data, the control stream. Within it fields are only ever added. */
export const schemaVersion = 1;

/** Messages of this version and of the one before it are understood; a reader that knows `current` refuses others. */
export function schemaVersionUpTo(current: number): z.ZodNumber {
  return z
    .number()
    .int()
    .min(Math.max(1, current - 1))
    .max(current);
}

export const SchemaVersion = schemaVersionUpTo(schemaVersion);

/** The version a message claims when it is newer than `current`: it is not to be acted on, nor thrown away. Without a version it is of the first. */
export function newerVersionOf(message: unknown, current = schemaVersion): number | undefined {
  const claimed = (message as { schemaVersion?: unknown } | null | undefined)?.schemaVersion;
  const version = typeof claimed === 'string' ? Number(claimed) : claimed;
  return typeof version === 'number' && version > current ? version : undefined;
}
