import { createHash, createHmac } from 'node:crypto';
import { ChainCheck } from './chain-check.js';
import { type AuditReport, judgeTrace } from './judge-trace.js';
import { checkHead } from './read-head.js';
import { VerifyKey } from './verify-key.js';

export const sampleSecret = 'a secret of at least thirty-two bytes';
const timestamp = '2026-11-21T07:00:00.000Z';

/** Files as docs/audit.md says that they are sealed. */
export interface SampleTrace {
  files: { name: string; bytes: Buffer }[];
  head: Buffer;
}

const hmac = (secret: string, text: string) =>
  createHmac('sha256', createHash('sha256').update(secret).digest('hex')).update(text);
const keyIdOf = (secret: string): string => hmac(secret, 'coc audit key').digest('hex').slice(0, 16);
const sealOf = (secret: string, first: string, body: string): string =>
  hmac(secret, `${first}\n${body}`).digest('base64url');

function sealed(secret: string, first: string, value: object): { text: string; seal: string } {
  const body = JSON.stringify(value);
  const seal = sealOf(secret, first, body);
  return { text: `${JSON.stringify({ ...value, seal })}\n`, seal };
}

interface HeadBefore {
  text: string;
  sha256: string;
}

/** A chain that goes on from file to file; `head` is told of its last line, less `behind`. */
class SampleChain {
  readonly seals = [''];
  readonly texts: string[] = [];
  private secret: string | undefined;

  constructor(private readonly handOn: NonNullable<SampleOptions['handOn']>) {}

  file(secret: string, tasks: readonly string[]): Buffer {
    const from = this.texts.length;
    const isOther = this.secret !== undefined && this.secret !== secret;
    const headBefore = isOther ? this.handOn(this.headBefore(this.secret!), this) : undefined;
    this.secret = secret;
    const opened = { type: 'recorder.opened', timestamp, version: 1, installation: 'i', positions: {} };
    this.add(secret, {
      ...opened,
      key: keyIdOf(secret),
      previous: this.seals.at(-1)!,
      headBefore,
    });
    for (const [at, task] of tasks.entries()) {
      const event = { type: 'task.queued', timestamp, directive: 'd0_1', task, seq: at + 1, tenant: 'local' };
      this.add(secret, { ...event, data: { attempt: 1 }, at: `0:${at}-0` });
    }
    return Buffer.from(this.texts.slice(from).join(''));
  }

  /** As a file under another key hands it on. */
  headBefore(secret: string, line = this.texts.length): HeadBefore {
    const whole = this.head(secret, line, 1).toString().trimEnd();
    return { text: whole.replace(/,"seal":"[^"]*"\}$/, '}'), sha256: createHash('sha256').update(whole).digest('hex') };
  }

  head(secret: string, line: number, begins: number): Buffer {
    const facts = { version: 1, timestamp, file: 'events.jsonl', bytes: 0, begins, line, last: this.seals[line]! };
    return Buffer.from(sealed(secret, 'head', { ...facts, key: keyIdOf(secret) }).text);
  }

  private add(secret: string, value: object): void {
    const { text, seal } = sealed(secret, this.seals.at(-1)!, { ...value, line: this.seals.length });
    this.texts.push(text);
    this.seals.push(seal);
  }
}

interface SampleOptions {
  /** Lines that were written after the head. */
  behind?: number;
  begins?: number;
  /** By file; the last one also seals the head. */
  secrets?: readonly string[];
  /** What a file under another key hands on in the place of the head before it. */
  handOn?: (before: HeadBefore, chain: SampleChain) => HeadBefore | undefined;
}

/** A file for each list of tasks, named as the recorder names them. */
export function sampleTrace(
  tasks: readonly (readonly string[])[],
  { behind = 0, begins = 1, secrets = [], handOn = (before) => before }: SampleOptions = {},
): SampleTrace {
  const chain = new SampleChain(handOn);
  const secretOf = (at: number): string => secrets[at] ?? sampleSecret;
  const files = tasks.map((list, at) => ({
    name: at === tasks.length - 1 ? 'events.jsonl' : `events-00000${at + 1}.jsonl`,
    bytes: chain.file(secretOf(at), list),
  }));
  return { files, head: chain.head(secretOf(tasks.length - 1), chain.texts.length - behind, begins) };
}

export const keysOf = (...secrets: string[]) =>
  new Map(secrets.map((secret) => new VerifyKey(secret)).map((key) => [key.id, key]));
export const folder = { hasBeginning: true, hasEnd: true };

/** As `coc audit verify` reports on the folder; the files come in pieces of so many bytes. */
export function reportOn({ files, head }: SampleTrace, keys = keysOf(sampleSecret), pieceBytes = 1_000): AuditReport {
  const read = { path: 'head.json', ...checkHead(head, keys) };
  const check = new ChainCheck(keys, read.head?.line);
  for (const { name, bytes } of files) {
    check.beginFile(name);
    for (let at = 0; at < bytes.length; at += pieceBytes) check.take(bytes.subarray(at, at + pieceBytes));
  }
  return judgeTrace(check.end(), read, folder, 'traces');
}

/** The whole lines of all files, to be put together again in another way. */
export const linesOf = ({ files }: SampleTrace): string[][] =>
  files.map(({ bytes }) => bytes.toString().trimEnd().split('\n'));

export function withLines({ files, head }: SampleTrace, lines: readonly (readonly string[])[]): SampleTrace {
  const text = (at: number) => lines[at]!.map((line) => `${line}\n`).join('');
  return { files: files.map(({ name }, at) => ({ name, bytes: Buffer.from(text(at)) })), head };
}
