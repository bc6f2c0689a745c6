import type { TraceHead } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import type { AuditKey } from './audit-key.js';
import { believeHead, type ChainEnd, type FoundChain } from './believe-head.js';
import type { FoundHead, HeadBefore, HeadFacts, HeadFile } from './head-file.js';
import { writeSealed } from './sealed-text.js';

const doubt: Record<FoundHead['is'], string> = {
  absent: 'the trace has no audit head',
  spoiled: 'the audit head is not what was sealed: another hand changed it',
  own: 'the audit head does not fit the trace: one of them was changed, or the head is of another trace',
  foreign: 'the audit head is of another key and does not fit the trace: it, the key or the trace was changed',
};
const forGood = 'whether lines were cut off before now cannot be known, and the next file says so';

export const chainStart: ChainEnd = { line: 0, seal: '' };

export interface Audit {
  key: AuditKey;
  headFile: HeadFile;
}

type Place = Pick<HeadFacts, 'file' | 'bytes'>;

/** What the first line of a file has to say for the seals; of the head only when it is lost, or was another key's. */
export type FileSeal = Pick<TraceHead, 'key' | 'previous' | 'isHeadLost'> & { headBefore?: HeadBefore };

/** The seals of a trace folder as they go on, and the head that says how far they are. */
export class SealChain {
  private constructor(
    private readonly audit: Audit,
    /** The line before the next one. */
    private end: ChainEnd,
    /** The first line that must still be there. */
    private begins: number,
    /** To be said of the head before a new one takes its place. */
    private aboutHead: Pick<FileSeal, 'isHeadLost' | 'headBefore'>,
  ) {}

  /**
   * A head that is further on than the files says that lines were cut off: the next line follows on the head then, so that the hole stays
   * where everybody can see it.
   */
  static async open(audit: Audit, chain: FoundChain, place: Place, logger: Logger): Promise<SealChain> {
    const { path } = audit.headFile;
    const found = await audit.headFile.read();
    const belief = await believeHead(found, chain, audit.key);
    if (!belief) return SealChain.openWithoutHead(audit, found, chain.end, place, logger);
    const { head, before } = belief;
    if (head.line > chain.end.line)
      logger.error(
        { found: chain.end.line, head: head.line, path },
        'the trace ends before its audit head: another hand cut lines off, and their numbers are left out',
      );
    if (before)
      logger.info({ path, key: head.key }, 'the audit head is of another key; the next file hands it on to be checked');
    const end = head.line >= chain.end.line ? { line: head.line, seal: head.last } : chain.end;
    return new SealChain(audit, end, head.begins, before ? { headBefore: before } : {});
  }

  private static async openWithoutHead(
    audit: Audit,
    found: FoundHead,
    end: ChainEnd,
    place: Place,
    logger: Logger,
  ): Promise<SealChain> {
    const isLost = end.line > 0 || tellsOfLines(found);
    const chain = new SealChain(audit, end, end.line + 1, isLost ? { isHeadLost: true } : {});
    // There before the first line of all is, so no crash leaves sealed lines without a head.
    if (!isLost) await chain.tellHead(place);
    else logger.error({ path: audit.headFile.path, line: end.line, head: found.is }, `${doubt[found.is]}; ${forGood}`);
    return chain;
  }

  get isHeadLost(): boolean {
    return this.aboutHead.isHeadLost === true;
  }

  /** What the first line of a file has to say for the seals. */
  get fileStart(): FileSeal {
    return { key: this.audit.key.id, previous: this.end.seal, ...this.aboutHead };
  }

  /** The line, a JSON object and its newline, with its number and its seal. What is sealed must be written, or the chain opened anew. */
  seal(text: string): string {
    const line = this.end.line + 1;
    const body = `${text.slice(0, -2)},"line":${line}}`;
    const seal = this.audit.key.seal(this.end.seal, body);
    this.end = { line, seal };
    return `${writeSealed({ body, seal })}\n`;
  }

  /** To be called when all that was sealed is on disk. `begins` is given when what is before it is about to be deleted. */
  async tellHead(place: Place, begins: number = this.begins): Promise<void> {
    this.begins = begins;
    await this.audit.headFile.write({ ...place, begins, line: this.end.line, last: this.end.seal });
    this.aboutHead = {};
  }
}

/** A first start that was killed leaves a head of no lines. */
const tellsOfLines = (found: FoundHead): boolean =>
  found.is === 'spoiled' || ('head' in found && (found.head.line > 0 || found.head.last !== ''));
