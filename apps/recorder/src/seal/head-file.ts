import { hash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditHead, StartRefusal } from '#libs/contracts';
import { assureWritable } from '../trace/assure-writable.js';
import { syncFolder } from '../trace/sync-folder.js';
import type { AuditKey } from './audit-key.js';
import { readSealed, writeSealed } from './sealed-text.js';

export type HeadFacts = Pick<AuditHead, 'file' | 'bytes' | 'begins' | 'line' | 'last'>;

/**
 * A head of another key, as the first line of a file hands it on to `coc audit verify`, which may have that key: the text without its
 * seal, and the SHA-256 of the text with it. The seal itself would let whoever reads the trace make this head again.
 */
export interface HeadBefore {
  text: string;
  sha256: string;
}

/** What is in the place of the head. `spoiled` is no head, or not what the present key sealed; of another key's the seal is not checked. */
export type FoundHead =
  | { is: 'absent' | 'spoiled' }
  | { is: 'own'; head: AuditHead }
  | { is: 'foreign'; head: AuditHead; before: HeadBefore };

/** A head has 350 bytes. What another hand made longer does not get into the trace. */
const mostCharacters = 1_000;

/** The file that says how far the trace was sealed and durable: a shorter trace was cut off. */
export class HeadFile {
  constructor(
    readonly path: string,
    private readonly key: AuditKey,
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

  async read(): Promise<FoundHead> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return { is: 'absent' };
    const head = text.length > mostCharacters ? undefined : parseHead(text);
    const sealed = readSealed(text.trimEnd());
    if (!head || !sealed) return { is: 'spoiled' };
    if (head.key !== this.key.id)
      return { is: 'foreign', head, before: { text: sealed.body, sha256: hash('sha256', text.trimEnd()) } };
    return sealed.seal === this.sealOf(sealed.body) ? { is: 'own', head } : { is: 'spoiled' };
  }

  /** Whole or not at all, and durable when it returns. */
  async write(facts: HeadFacts): Promise<void> {
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({ version: 1, timestamp, ...facts, key: this.key.id });
    const draft = `${this.path}.draft`;
    const file = await open(draft, 'w');
    try {
      await file.writeFile(`${writeSealed({ body, seal: this.sealOf(body) })}\n`);
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
