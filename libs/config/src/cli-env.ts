import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AuditVariables, auditSettings, type AuditSettings } from './audit-settings.js';
import { EnvError } from './env.js';

const blankIsUnset = (value: unknown): unknown => (value === '' ? undefined : value);

/** The variables that only the command line tool reads. */
export const cliVariables = {
  COC_URL: z
    .preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).optional())
    .describe('Address of the server that `coc` talks to; not set, the one that runs in COC_DATA_DIR.'),
  COC_API_KEY: z
    .preprocess(blankIsUnset, z.string().optional())
    .describe(
      'Key or token that `coc` shows the server; not set, the key of the owner of COC_DATA_DIR, where the server is on this machine.',
    ),
  // https://no-color.org: any value but the empty one switches colour off.
  NO_COLOR: z
    .preprocess(blankIsUnset, z.string().optional())
    .describe('Anything but nothing: `coc` prints no colours.'),
  TERM: z.string().optional().describe('The terminal; with dumb, `coc` does not move the cursor.'),
};

const CliEnvSchema = z
  .object({
    ...cliVariables,
    COC_DATA_DIR: z.preprocess(blankIsUnset, z.string().optional()),
    TRACE_DIR: z.preprocess(blankIsUnset, z.string().optional()),
    XDG_STATE_HOME: z.preprocess(blankIsUnset, z.string().optional()),
  })
  .transform((raw) => ({
    url: raw.COC_URL,
    apiKey: raw.COC_API_KEY,
    dataDir: raw.COC_DATA_DIR,
    traceDir: raw.TRACE_DIR,
    color: raw.NO_COLOR === undefined,
    /** Where programs keep what they remember of their user (XDG Base Directory). */
    stateDir: raw.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'),
    canMoveCursor: raw.TERM !== 'dumb',
  }));

export type CliEnv = z.output<typeof CliEnvSchema>;

type Variables = Record<string, string | undefined>;

/** Settings of the command line tool, which must work where no service is configured; absent is undefined. Throws EnvError. */
export function loadCliEnv(variables: Variables = process.env): CliEnv {
  return parse(CliEnvSchema, variables);
}

/** What `coc audit` needs; apart from the other settings, so that a wrong key stops no other command. Throws EnvError. */
export function loadAuditSettings(variables: Variables = process.env): AuditSettings {
  return auditSettings(parse(AuditVariables, variables));
}

function parse<T>(schema: z.ZodType<T>, variables: Variables): T {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new EnvError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
