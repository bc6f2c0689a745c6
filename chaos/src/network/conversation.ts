import { scriptOfFunction } from '#libs/state';
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
  /** False for an error, and for the QUEUED of a transaction: the server did nothing yet. */
  isExecuted: boolean;
}

/** After these the number of replies is not the number of requests. */
const unpaired = new Set(['subscribe', 'psubscribe', 'ssubscribe', 'monitor', 'client reply', 'sync', 'psync']);
const queued = '+QUEUED\r\n';

function nameOf(frame: RespFrame): string {
  const [command = '', word = ''] = requestWords(frame, 2);
  const name = command.toLowerCase();
  if (name === 'fcall') return `fcall ${scriptOfFunction(word) ?? word}`;
  return name === 'client' || name === 'function' ? `${name} ${word.toLowerCase()}` : name;
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
      const isError = frame.kind === '-' || frame.kind === '!';
      const isQueued = frame.bytes.length === queued.length && frame.bytes.toString('latin1') === queued;
      return { frame, request, isExecuted: !isError && !isQueued };
    });
  }
}
