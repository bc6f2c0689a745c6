import { sealField } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { AuditKey } from './audit-key.js';
import type { HeadFacts, HeadFile } from './head-file.js';

/** The last sealed line: its number since sealing began, and its seal. */
export interface ChainEnd {
  line: number;
  seal: string;
}

export const chainStart: ChainEnd = { line: 0, seal: '' };

export interface Audit {
  key: AuditKey;
  headFile: HeadFile;
}

type Place = Pick<HeadFacts, 'file' | 'bytes'>;

/** The seals of a trace folder as they go on, and the head that says how far they are. */
export class SealChain {
  private constructor(
    private readonly audit: Audit,
    /** The line before the next one. */
    private end: ChainEnd,
    /** The first line that must still be there. */
    private begins: number,
  ) {}

  /**
   * `found` is the last sealed line of the files. A head that is further on says that lines were cut off: the next line follows on the
   * head then, so that the hole stays where everybody can see it.
   */
  static async open(audit: Audit, found: ChainEnd, place: Place, logger: Logger): Promise<SealChain> {
    const head = await audit.headFile.read();
    if (!head) return SealChain.openWithoutHead(audit, found, place, logger);
    if (head.line > found.line)
      logger.error(
        { found: found.line, head: head.line, path: audit.headFile.path },
        'the trace ends before its audit head: another hand cut lines off, and their numbers are left out',
      );
    const end = head.line >= found.line ? { line: head.line, seal: head.last } : found;
    return new SealChain(audit, end, head.begins);
  }

  /** The head is there before the first line is, so no crash leaves sealed lines without one. */
  private static async openWithoutHead(
    audit: Audit,
    found: ChainEnd,
    place: Place,
    logger: Logger,
  ): Promise<SealChain> {
    if (found.line > 0)
      logger.warn(
        { path: audit.headFile.path, line: found.line },
        'the trace has no audit head; lines that were cut off before now will not be missed',
      );
    const chain = new SealChain(audit, found, found.line + 1);
    await chain.tellHead(place);
    return chain;
  }

  get keyId(): string {
    return this.audit.key.id;
  }

  get lastSeal(): string {
    return this.end.seal;
  }

  /** The line, a JSON object and its newline, with its number and its seal. What is sealed must be written, or the chain opened anew. */
  seal(text: string): string {
    const line = this.end.line + 1;
    const open = `${text.slice(0, -2)},"line":${line}`;
    const seal = this.audit.key.seal(this.end.seal, `${open}}`);
    this.end = { line, seal };
    return `${open}${sealField.before}${seal}${sealField.after}\n`;
  }

  /** To be called when all that was sealed is on disk. `begins` is given when what is before it is about to be deleted. */
  async tellHead(place: Place, begins: number = this.begins): Promise<void> {
    this.begins = begins;
    await this.audit.headFile.write({ ...place, begins, line: this.end.line, last: this.end.seal });
  }
}
