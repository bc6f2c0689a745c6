import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

const mostAnswerBytes = 4 * 1024;
const excerptChars = 200;

export interface Post {
  url: URL;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  lookup: LookupFunction;
}

/** `status` is null without an answer, `error` when it was delivered. */
export interface PostAnswer {
  status: number | null;
  error: string | null;
}

/** Posts once, over a connection of its own; a redirect is an answer like any other and is not followed. Never throws. */
export async function postDelivery(post: Post): Promise<PostAnswer> {
  const signal = AbortSignal.timeout(post.timeoutMs);
  try {
    const response = await send(post, signal);
    const { statusCode: status = 0 } = response;
    if (status >= 200 && status < 300) {
      response.destroy();
      return { status, error: null };
    }
    return { status, error: `answered ${status}: ${await excerptOf(response)}` };
  } catch (error) {
    const reason = signal.aborted ? `no answer in ${post.timeoutMs} ms` : (error as Error).message;
    return { status: null, error: reason.slice(0, excerptChars) };
  }
}

async function send({ url, headers, body, lookup }: Post, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const bytes = Buffer.from(body);
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.byteLength },
    agent: false,
    lookup,
    signal,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      // What breaks after the status is of no interest any more.
      response.on('error', () => undefined);
      resolve(response);
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** The beginning of an answer, for the log and for terminals; no more than a few KiB of it are read. */
async function excerptOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= mostAnswerBytes) break;
    }
  } catch {
    // What came before it broke off will do.
  }
  response.destroy();
  const text = Buffer.concat(chunks)
    .toString()
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return text.slice(0, excerptChars);
}
