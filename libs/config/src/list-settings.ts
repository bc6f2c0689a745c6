import { z } from 'zod';
import { artifactVariables } from './artifact-settings.js';
import { auditVariables } from './audit-settings.js';
import { cliVariables } from './cli-env.js';
import { identityVariables } from './identity-settings.js';
import {
  directiveVariables,
  executorVariables,
  processVariables,
  redisVariables,
  traceVariables,
  workerVariables,
} from './service-variables.js';
import { webhookVariables } from './webhook-settings.js';

/** One environment variable, as people are told of it. */
export interface Setting {
  name: string;
  /** As it would be written into the environment; empty when there is none. */
  fallback: string;
  /** What it may be, in words. */
  range: string;
  purpose: string;
}

export interface SettingGroup {
  title: string;
  settings: Setting[];
}

const groups: Record<string, Record<string, z.ZodType>> = {
  Redis: redisVariables,
  'Every service': processVariables,
  'Directives, in the orchestrator': directiveVariables,
  'Webhooks, in the orchestrator': webhookVariables,
  'Identity and limits of the API, in the orchestrator': identityVariables,
  Executor: executorVariables,
  Workers: workerVariables,
  Recorder: traceVariables,
  'Seals of the trace, for the recorder and `coc audit`': auditVariables,
  Artifacts: artifactVariables,
  'The command line tool': cliVariables,
};

/** What is read outside this library: by the parser of the command line, and by the launcher before anything is built. */
const withoutSchema: Record<string, Setting[]> = {
  'The command line tool': [
    {
      name: 'COC_ACTOR',
      fallback: 'local',
      range: '1 to 200 characters',
      purpose: 'The name by which `coc` acts, where nobody logs in; the option --as goes before it.',
    },
  ],
  'The launcher: `npm start`, `coc up` and the tests': [
    {
      name: 'COC_REDIS_PORT',
      fallback: '',
      range: '1 to 65535',
      purpose: 'Port of the Redis it starts where REDIS_URL is not set; not set, a free one.',
    },
    {
      name: 'COC_REDIS_SERVER',
      fallback: '',
      range: 'text',
      purpose: 'The Redis or Valkey server program it starts; not set, the one on PATH.',
    },
  ],
};

/** Every setting of every process, from the schemas that parse them. Throws when one has no description. */
export function listSettings(): SettingGroup[] {
  const titles = [...new Set([...Object.keys(groups), ...Object.keys(withoutSchema)])];
  return titles.map((title) => {
    const described = Object.entries(groups[title] ?? {}).map(([name, schema]) => settingOf(name, schema));
    return { title, settings: [...described, ...(withoutSchema[title] ?? [])] };
  });
}

interface Described {
  description?: string;
  type?: string;
  default?: string | number | boolean;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
}

function settingOf(name: string, schema: z.ZodType): Setting {
  const described = describe(schema);
  if (!described.description) throw new Error(`${name} has no description in its schema`);
  return {
    name,
    fallback: described.default === undefined ? '' : String(described.default),
    range: rangeOf(name, described),
    purpose: described.description,
  };
}

/** What goes in, except where only a function stands there: `preprocess` says its type on the way out. */
function describe(schema: z.ZodType): Described {
  const [before, after] = (['input', 'output'] as const).map(
    (io) => z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Described,
  );
  return before!.type === undefined ? { ...after, ...before } : before!;
}

/** A longer pattern tells nobody anything: the description says it in words. */
const readablePattern = 30;

function rangeOf(name: string, { type, enum: words, minimum, maximum, pattern, format }: Described): string {
  if (words) return words.filter((word) => word !== '').join(', ');
  if (type === 'integer' || type === 'number') return numbersOf(type, minimum, maximum);
  if (name === 'COC_TENANTS') return 'JSON';
  if (name === 'COC_CORS_ORIGINS') return 'origins';
  if (format === 'uri') return 'http or https address';
  if (pattern && pattern.length <= readablePattern) return `matches ${pattern}`;
  return 'text';
}

function numbersOf(type: 'integer' | 'number', minimum: number | undefined, maximum: number | undefined): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (isBounded) return `${minimum} to ${maximum}`;
  return minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? kind : `${kind} from ${minimum}`;
}
