import {
  PayloadClaim,
  ReportedFailure,
  ReportedOutput,
  Usage,
  jsonDepth,
  limits,
  type ArtifactEntry,
  type Json,
} from '#libs/contracts';
import type { AttemptFailure } from './decide-settlement.js';

/** A failure with everything the settlement needs, and the usage that was reported with it. */
export type ClassifiedFailure = AttemptFailure & Pick<ReportedFailure, 'usage' | 'started'>;

interface ReturnMeta {
  usage?: Usage | undefined;
  artifacts?: ArtifactEntry[] | undefined;
}

/** `outputText` is the output's JSON as it is stored, written once. A claimed output is still to be fetched, and checked as it would be here. */
export type ClassifiedReturn = SizedReturn | { claim: PayloadClaim; report: ReturnMeta };
type SizedReturn = { report: { output: Json } & ReturnMeta; outputText: string } | { failure: ClassifiedFailure };

const reportKeys = new Set(['output', 'usage', 'artifacts', 'outputClaim']);
const reportMeta = ReportedOutput.omit({ output: true, outputClaim: true });
/** Escapes and blanks of a foreign JSON writer may make a text longer than the same value here, at most about six times. */
const maxReturnBytes = 6 * limits.maxOutputBytes;

/**
 * A job's return value as BullMQ stores it. L1 is an object with `output` and nothing besides `usage`, `artifacts` and, with this attempt's
 * nonce, `outputClaim`; everything else is L0: the whole value is the output, and no value is null.
 */
export function parseReturnValue(text: string | undefined, nonce: string): ClassifiedReturn {
  if (text === undefined || text === '' || text === 'undefined')
    return { report: { output: null }, outputText: 'null' };
  const bytes = Buffer.byteLength(text);
  if (bytes > maxReturnBytes) return tooLarge(bytes);
  const value = parseJson(text);
  if (value === undefined) return refused('OUTPUT_MALFORMED', 'the return value is not JSON');
  return isReport(value, nonce) ? readReport(value) : sized({ output: value });
}

interface Report {
  output: Json;
  outputClaim?: Json;
  [key: string]: Json | undefined;
}

function isReport(value: Json, nonce: string): value is { output: Json; [key: string]: Json } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (!Object.hasOwn(value, 'output') || !Object.keys(value).every((key) => reportKeys.has(key))) return false;
  return !Object.hasOwn(value, 'outputClaim') || isClaimOf(value['outputClaim']!, nonce);
}

/** A value that looks like a claim and lacks the nonce was passed on by a worker that knows nothing of claims. */
function isClaimOf(claim: Json, nonce: string): boolean {
  return typeof claim === 'object' && claim !== null && !Array.isArray(claim) && claim['nonce'] === nonce;
}

function readReport({ output, outputClaim, ...meta }: Report): ClassifiedReturn {
  const parsed = reportMeta.safeParse(meta);
  if (parsed.success && outputClaim === undefined) return sized({ output, ...parsed.data });
  if (parsed.success) return readClaim(outputClaim!, parsed.data);
  const [issue] = parsed.error.issues;
  const message = `the worker reported /${issue!.path.join('/')} wrongly: ${issue!.message}`;
  return refused('OUTCOME_INVALID', message, Usage.safeParse(meta['usage']).data);
}

function readClaim(reported: Json, report: ReturnMeta): ClassifiedReturn {
  const { nonce: _, ...named } = reported as { [key: string]: Json };
  const claim = PayloadClaim.safeParse(named).data;
  if (!claim)
    return refused('OUTCOME_INVALID', 'the worker reported /outputClaim wrongly: sha256 and bytes', report.usage);
  return claim.bytes > limits.maxOutputBytes ? tooLarge(claim.bytes, report.usage) : { claim, report };
}

/** A claimed output, once it was fetched, as if it had been reported itself. */
export function classifyOutput(output: Json, report: ReturnMeta): SizedReturn {
  return sized({ output, ...report });
}

function sized(report: { output: Json } & ReturnMeta): SizedReturn {
  // Before it is written: JSON.stringify overflows the stack at some thousand levels, JSON.parse does not.
  if (jsonDepth(report.output, limits.maxJsonDepth) > limits.maxJsonDepth) {
    const message = `the output is nested deeper than the limit of ${limits.maxJsonDepth}`;
    return refused('OUTPUT_TOO_DEEP', message, report.usage);
  }
  const outputText = JSON.stringify(report.output);
  const bytes = Buffer.byteLength(outputText);
  return bytes > limits.maxOutputBytes ? tooLarge(bytes, report.usage) : { report, outputText };
}

function tooLarge(bytes: number, usage?: Usage): { failure: ClassifiedFailure } {
  const message = `the output has ${bytes} bytes and the limit is ${limits.maxOutputBytes}; store an artifact and return its name`;
  return refused('OUTPUT_TOO_LARGE', message, usage);
}

/** What was spent is charged, whatever became of the output. */
function refused(code: string, message: string, usage?: Usage): { failure: ClassifiedFailure } {
  return {
    failure: {
      class: 'permanent',
      code,
      message: cut(message),
      ...(usage && { usage }),
    },
  };
}

/**
 * A job's failed reason: a JSON object with a message or a code is an L1 error, anything else is the message itself.
 * A field of the wrong shape is left out. Only the executor says `expired`; from a worker it is transient.
 */
export function parseFailedReason(text: string): ClassifiedFailure {
  const report = readFailure(text);
  const message = report ? (report.message ?? report.code) : text;
  const reported = report?.class ?? 'transient';
  return {
    class: reported === 'expired' ? 'transient' : reported,
    code: report?.code ?? 'WORKER_ERROR',
    message: cut(message || 'the worker failed without a message'),
    ...(report?.retryAfterMs !== undefined && { retryAfterMs: report.retryAfterMs }),
    ...(report?.usage !== undefined && { usage: report.usage }),
    ...(report?.started !== undefined && { started: report.started }),
  };
}

function readFailure(text: string): ReportedFailure | undefined {
  if (!text.trimStart().startsWith('{') || text.length > limits.maxOutputBytes) return undefined;
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const report = readableFields(value);
  return report.message !== undefined || report.code !== undefined ? report : undefined;
}

function readableFields(value: { [key: string]: Json }): ReportedFailure {
  const fields = Object.entries(ReportedFailure.shape).flatMap(([name, schema]) => {
    const parsed = Object.hasOwn(value, name) ? schema.safeParse(value[name]) : undefined;
    return parsed?.success ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(fields);
}

function cut(message: string): string {
  // A cut in the middle of a surrogate pair would leave text that UTF-8 cannot hold.
  return message.slice(0, limits.maxErrorMessageChars).toWellFormed();
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
