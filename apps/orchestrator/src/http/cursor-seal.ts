import { createHmac, timingSafeEqual } from 'node:crypto';
import { CocError } from '#libs/contracts';

/** What a cursor is good for: the route, the tenant, and the filters that its page was asked with. */
export type CursorScope = readonly [route: string, tenant: string, filters?: Record<string, unknown>];

/** A page that is asked for later than this is asked for anew: what stood there is long gone. */
const freshMs = 24 * 3_600_000;
const hourMs = 3_600_000;

/** Signs the cursors that clients get, and opens those they bring back, for the question alone that they were an answer to. */
export class CursorSeal {
  constructor(private readonly key: string) {}

  /** A page's own cursor, for the client. */
  close(inner: string | null, scope: CursorScope): string | null {
    if (inner === null) return null;
    // To the hour, so that the same page is the same text, and has the same ETag.
    const givenAt = Date.now() - (Date.now() % hourMs);
    const text = `${givenAt.toString(36)}.${inner}`;
    return `${text}.${this.sign(text, scope)}`;
  }

  /** Throws CURSOR_INVALID on one that was not given as the answer to this question within the last 24 h. */
  open(cursor: string, scope: CursorScope): string {
    const at = cursor.lastIndexOf('.');
    const text = cursor.slice(0, Math.max(0, at));
    const [given, wanted] = [Buffer.from(cursor.slice(at + 1)), Buffer.from(this.sign(text, scope))];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
      throw new CocError(
        'CURSOR_INVALID',
        'the cursor is not one this API gave for this list and these filters; start again without it',
      );
    const [givenAt = '', inner = ''] = text.split('.');
    if (Date.now() - Number.parseInt(givenAt, 36) > freshMs)
      throw new CocError('CURSOR_INVALID', 'the cursor is older than 24 h; start again without it');
    return inner;
  }

  /** Asks for a page with the client's cursor opened, and signs the one of the page after it. */
  async turn<Page extends { nextCursor: string | null } | undefined>(
    { limit, cursor }: { limit: number; cursor?: string | undefined },
    scope: CursorScope,
    ask: (page: { limit: number; cursor?: string }) => Promise<Page>,
  ): Promise<Page> {
    const page = await ask(cursor === undefined ? { limit } : { limit, cursor: this.open(cursor, scope) });
    return page && { ...page, nextCursor: this.close(page.nextCursor, scope) };
  }

  private sign(text: string, scope: CursorScope): string {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([text, ...scope]))
      .digest('base64url');
  }
}
