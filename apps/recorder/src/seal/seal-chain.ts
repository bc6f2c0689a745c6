import { sealField, type TraceHead } from '#libs/contracts';
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
    /** There are sealed lines and no head that could be believed: the next file says so. */
    private isLost: boolean,
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
    return new SealChain(audit, end, head.begins, false);
  }

  private static async openWithoutHead(
    audit: Audit,
    found: ChainEnd,
    place: Place,
    logger: Logger,
  ): Promise<SealChain> {
    const isLost = found.line > 0;
    const chain = new SealChain(audit, found, found.line + 1, isLost);
    // There before the first line of all is, so no crash leaves sealed lines without a head.
    if (!isLost) await chain.tellHead(place);
    else
      logger.error(
        { path: audit.headFile.path, line: found.line },
        'the trace has no audit head; whether lines were cut off before now cannot be known, and the next file says so',
      );
    return chain;
  }

  get isHeadLost(): boolean {
    return this.isLost;
  }

  /** What the first line of a file has to say for the seals. */
  get fileStart(): Pick<TraceHead, 'key' | 'previous' | 'isHeadLost'> {
    return { key: this.audit.key.id, previous: this.end.seal, ...(this.isLost ? { isHeadLost: true } : {}) };
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
    this.isLost = false;
  }
}
