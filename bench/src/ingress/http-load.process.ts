import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveParent } from '../peer.js';

/** Where submits go, and what they show there. */
export interface Target {
  url: string;
  authorization: string;
}

/** Sends the same body again and again over connections that stay open. */
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

async function answerOf({ url, authorization }: Target, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body);
  });
}

async function post(target: Target, body: string): Promise<void> {
  const answer = await answerOf(target, body);
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  if (answer.statusCode !== 202) throw new Error(`${answer.statusCode}: ${Buffer.concat(parts).toString()}`);
}

/** Milliseconds for `count` submits, `connections` of them under way at any time. */
async function saturate(target: Target, body: string, count: number, connections: number): Promise<number> {
  let left = count;
  const startedAt = performance.now();
  const send = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post(target, body);
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
  return performance.now() - startedAt;
}

/** Milliseconds of each submit, from when it was due: one that had to wait for those before it is not flattered. */
async function pace(target: Target, body: string, count: number, perSecond: number): Promise<number[]> {
  const startedAt = performance.now();
  const latencies = Array.from({ length: count }, async (_, at) => {
    const dueAt = startedAt + (at * 1_000) / perSecond;
    await sleep(Math.max(0, dueAt - performance.now()));
    await post(target, body);
    return performance.now() - dueAt;
  });
  return Promise.all(latencies);
}

serveParent({ saturate, pace });
