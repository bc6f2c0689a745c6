import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditHead, StartRefusal, sealField } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { assureWritable } from '../trace/assure-writable.js';
import { syncFolder } from '../trace/sync-folder.js';
import type { AuditKey } from './audit-key.js';

export type HeadFacts = Pick<AuditHead, 'file' | 'bytes' | 'begins' | 'line' | 'last'>;

const sealPattern = new RegExp(`${sealField.before}([^"]*)${sealField.after}\n$`);

/** The file that says how far the trace was sealed and durable: a shorter trace was cut off. */
export class HeadFile {
  constructor(
    readonly path: string,
    private readonly key: AuditKey,
    private readonly logger: Logger,
  ) {}

  /** Throws StartRefusal when nothing can be written there. */
  async prepare(): Promise<void> {
    try {
      await assureWritable(dirname(this.path));
    } catch (cause) {
      throw new StartRefusal(
        `The audit head ${this.path} cannot be written (${(cause as NodeJS.ErrnoException).code}); make its folder writable, or set COC_AUDIT_HEAD to another file.`,
        { cause },
      );
    }
  }

  /** Undefined when there is none, or none that can be believed. One that was sealed with an earlier key is taken as it is. */
  async read(): Promise<AuditHead | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const head = parseHead(text);
    if (head && (head.key !== this.key.id || head.seal === this.sealOf(text.replace(sealPattern, '}')))) return head;
    this.logger.error({ path: this.path }, 'the audit head is not what was sealed: another hand changed it');
    return undefined;
  }

  /** Whole or not at all, and durable when it returns. */
  async write(facts: HeadFacts): Promise<void> {
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({ version: 1, timestamp, ...facts, key: this.key.id });
    const draft = `${this.path}.draft`;
    const file = await open(draft, 'w');
    try {
      await file.writeFile(`${body.slice(0, -1)}${sealField.before}${this.sealOf(body)}${sealField.after}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path);
    await syncFolder(dirname(this.path));
  }

  private sealOf(body: string): string {
    return this.key.seal('head', body);
  }
}

function parseHead(text: string): AuditHead | undefined {
  try {
    return AuditHead.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
