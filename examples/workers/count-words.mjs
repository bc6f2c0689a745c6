import { UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const connection = { host: '127.0.0.1', port: 6379, maxRetriesPerRequest: null };
const aborted = new Set();

function fail(reason) {
  throw new UnrecoverableError(JSON.stringify(reason));
}

// Three parameters: BullMQ hands the signal over only to a function that declares it.
async function countWords(job, token, signal) {
  const { text } = job.data.input;
  if (typeof text !== 'string') fail({ code: 'INPUT_INVALID', class: 'permanent', message: '/text: not a string' });
  let words = 0;
  for (const line of text.split('\n')) {
    if (signal.aborted || aborted.has(job.id)) fail({ code: 'CANCELLED', class: 'cancelled' });
    words += line.split(/\s+/).filter((word) => word !== '').length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await job.log(`${words} words`);
  return { output: { words }, usage: { costUsd: 0.001 } };
}

const worker = new Worker('text.count-words.0', countWords, {
  connection,
  prefix: '{coc:0}',
  concurrency: 4,
  lockDuration: 9_000,
  skipStalledCheck: true,
});
worker.on('error', (error) => console.error(error.message));
worker.on('lockRenewalFailed', (jobIds) => jobIds.forEach((id) => worker.cancelJob(id, 'the lock was lost')));

const control = new Redis(connection);
for (let cursor = '$'; ; ) {
  const reply = await control.xread('BLOCK', 2_000, 'STREAMS', '{coc:0}:control', cursor);
  for (const [id, fields] of reply?.[0][1] ?? []) {
    cursor = id;
    const entry = Object.fromEntries(fields.flatMap((name, at) => (at % 2 ? [] : [[name, fields[at + 1]]])));
    if (entry.type !== 'abort') continue;
    aborted.add(entry.jobId); // it may be on its way to us
    worker.cancelJob(entry.jobId, entry.reason);
  }
}
