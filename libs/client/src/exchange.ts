import { isNativeError } from 'node:util/types';
import { type Json, Problem } from '#libs/contracts';
import { ApiError, ForeignAnswerError, ServerUnreachableError } from './client-error.js';
import type { ServerAddress } from './server-address.js';

const answerTimeoutMs = 30_000;

export interface Answer {
  status: number;
  /** The parsed body, or its text when it is no JSON. */
  body: unknown;
}

export interface Question {
  method: string;
  path: string;
  /** What JSON.stringify can write. */
  body?: Json | object | undefined;
  headers?: Record<string, string> | undefined;
}

/** One HTTP exchange, whatever its status. Throws ServerUnreachableError, or the signal's reason. */
export async function exchange(server: ServerAddress, question: Question, signal: AbortSignal): Promise<Answer> {
  const { method, path, body, headers } = question;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const init: RequestInit = { method, signal: limit, headers: { ...credentialOf(server), ...type, ...headers } };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    const response = await fetch(`${server.url}${path}`, init);
    return { status: response.status, body: parseBody(await response.text()) };
  } catch (cause) {
    signal.throwIfAborted();
    throw noAnswer(server, cause);
  }
}

/** The bytes of an answer, as they come. Throws ApiError, ForeignAnswerError, ServerUnreachableError, or the signal's reason. */
export async function download(
  server: ServerAddress,
  { path, headers }: Question,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const init = { signal, headers: { ...credentialOf(server), ...headers } };
  const response = await fetch(`${server.url}${path}`, init).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw noAnswer(server, cause);
  });
  if (response.ok && response.body !== null) return response.body;
  throw refusalOf({ status: response.status, body: parseBody(await response.text()) }, server.url);
}

export function credentialOf({ apiKey }: ServerAddress): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

/** The refusal in an answer of 400 or more. */
export function refusalOf(answer: Answer, url: string): ApiError | ForeignAnswerError {
  const parsed = Problem.safeParse(answer.body);
  return parsed.success ? new ApiError(parsed.data) : new ForeignAnswerError(url, answer.status);
}

export function noAnswer({ url, saidBy }: ServerAddress, cause: unknown): ServerUnreachableError {
  const message = `no answer from ${url} (address from ${saidBy}): ${reasonOf(cause)}`;
  return new ServerUnreachableError(url, message, { cause });
}

export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `fetch failed` says nothing: the reason is in the cause, which for a host with two addresses is itself a list. */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${answerTimeoutMs / 1_000} s`;
  const [first] = (error as Partial<AggregateError>).errors ?? [];
  if (first !== undefined) return reasonOf(first);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
