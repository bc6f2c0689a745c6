import { transitionOf } from './function-name.js';
import { RespFrames, requestWords, type RespFrame } from './resp-frames.js';

export interface Request {
  /** `fcall settle-attempt`, `evalsha`, `xadd`: in lower case. */
  name: string;
  /** Its reply is to be swallowed. */
  isDoomed: boolean;
}

/** A reply with the request it answers; a push, or a frame nobody can pair, answers none. */
export interface Answer {
  frame: RespFrame;
  request: Request | undefined;
  /** False for an error, the QUEUED of a transaction, and a wait in vain: the server did nothing. */
  isExecuted: boolean;
}

/** After these the number of replies is not the number of requests. */
const unpaired = new Set(['subscribe', 'psubscribe', 'ssubscribe', 'monitor', 'client reply', 'sync', 'psync']);
const queued = '+QUEUED\r\n';
const nothing = new Set(['_\r\n', '$-1\r\n', '*-1\r\n']);
/** Who waits for something, and gets nothing, changed nothing. */
const waiting = /^(xread|xreadgroup|b[lz].+)$/;
const longestSign = queued.length;

function nameOf(frame: RespFrame): string {
  const [command = '', word = ''] = requestWords(frame, 2);
  const name = command.toLowerCase();
  if (name === 'fcall') return `fcall ${transitionOf(word)}`;
  return name === 'client' || name === 'function' ? `${name} ${word.toLowerCase()}` : name;
}

function isExecuted({ name }: Request, { bytes, kind }: RespFrame): boolean {
  if (kind === '-' || kind === '!') return false;
  const sign = bytes.length <= longestSign ? bytes.toString('latin1') : '';
  return sign !== queued && !(nothing.has(sign) && waiting.test(name));
}

/** What was asked and answered on one connection. Replies come in the order of the requests: that pairs them. */
export class Conversation {
  private readonly requests = new RespFrames();
  private readonly replies = new RespFrames();
  private readonly open: Request[] = [];
  private isPaired = true;

  constructor(private readonly doom: (name: string) => boolean) {}

  /** Requests still open whose replies are to be swallowed. */
  get doomed(): number {
    return this.open.filter(({ isDoomed }) => isDoomed).length;
  }

  /** The requests that are whole with this chunk. */
  asked(chunk: Buffer): Request[] {
    const fresh = this.requests.push(chunk).map((frame) => {
      const name = nameOf(frame);
      if (unpaired.has(name)) this.isPaired = false;
      return { name, isDoomed: this.isPaired && this.doom(name) };
    });
    this.open.push(...fresh);
    return fresh;
  }

  /** The replies that are whole with this chunk. */
  answered(chunk: Buffer): Answer[] {
    return this.replies.push(chunk).map((frame) => {
      const request = this.isPaired && frame.kind !== '>' ? this.open.shift() : undefined;
      return { frame, request, isExecuted: request !== undefined && isExecuted(request, frame) };
    });
  }
}
