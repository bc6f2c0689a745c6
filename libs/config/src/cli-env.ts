import { z } from 'zod';
import { EnvError } from './env.js';

const blankIsUnset = (value: unknown): unknown => (value === '' ? undefined : value);

const CliEnvSchema = z
  .object({
    COC_URL: z.preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).optional()),
    COC_DATA_DIR: z.preprocess(blankIsUnset, z.string().optional()),
    TRACE_DIR: z.preprocess(blankIsUnset, z.string().optional()),
    // https://no-color.org: any value but the empty one switches colour off.
    NO_COLOR: z.preprocess(blankIsUnset, z.string().optional()),
    TERM: z.string().optional(),
  })
  .transform((raw) => ({
    url: raw.COC_URL,
    dataDir: raw.COC_DATA_DIR,
    traceDir: raw.TRACE_DIR,
    color: raw.NO_COLOR === undefined,
    canMoveCursor: raw.TERM !== 'dumb',
  }));

export type CliEnv = z.output<typeof CliEnvSchema>;

/** Settings of the command line tool, which must work where no service is configured; absent is undefined. Throws EnvError. */
export function loadCliEnv(variables: Record<string, string | undefined> = process.env): CliEnv {
  const parsed = CliEnvSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new EnvError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
