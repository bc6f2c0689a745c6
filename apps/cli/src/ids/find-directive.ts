import type { CocClient } from '#libs/client';
import { isDirectiveId } from '#libs/contracts';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { lastDirective } from './last-directive.js';

const pageSize = 200;
/** Further back nobody means by four characters. */
const mostSearched = 2_000;
const mostShown = 10;
// Shorter, and a slip of the finger would cancel another directive.
const partPattern = /^(d\d{1,5}_[0-9A-HJKMNP-TV-Z]{1,26}|[0-9A-HJKMNP-TV-Z]{4,26})$/i;

type Lister = Pick<CocClient, 'listDirectives' | 'server'>;

/**
 * The id of a directive that is named by it, by its beginning, by the last characters (4 or more) of it, or as `@last`, the last that was
 * submitted from here. Throws CliFailure, or what the client throws.
 */
export async function findDirective(api: Lister, name: string, stateDir: string): Promise<string> {
  if (isDirectiveId(name)) return name;
  if (name === '@last') return (await lastDirective(stateDir, api.server.url)) ?? noneYet(api.server.url);
  // The server tells best what is no id at all.
  if (!partPattern.test(name)) return name;
  const part = inItsCase(name);
  const found = await search(api, (id) => id.startsWith(part) || id.endsWith(part) || id.includes(`_${part}`));
  if (found.length === 1) return found[0]!;
  throw found.length === 0 ? unknown(name) : ambiguous(name, found);
}

/** The shard is in small letters, the rest in capitals. */
function inItsCase(name: string): string {
  const at = name.indexOf('_') + 1;
  return name.slice(0, at).toLowerCase() + name.slice(at).toUpperCase();
}

/** Not the server's newest, which may be somebody else's: `coc cancel @last` must not end that. */
function noneYet(url: string): never {
  throw new CliFailure({
    exitCode: exitCode.notFound,
    message: `nothing was submitted from here to ${url}, so there is no last directive`,
    next: 'see what exists with "coc list", or submit one with "coc run FILE"',
  });
}

async function search(api: Lister, isIt: (id: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let seen = 0; seen < mostSearched; seen += pageSize) {
    const page = await api.listDirectives(pageSize, cursor);
    for (const { id } of page.items) if (isIt(id)) found.push(id);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return found;
}

function unknown(name: string): CliFailure {
  return new CliFailure({
    exitCode: exitCode.notFound,
    message: `none of the newest ${mostSearched} directives begins or ends with ${name}`,
    next: 'see what exists with "coc list"; an older one needs its whole id',
  });
}

function ambiguous(name: string, found: readonly string[]): CliFailure {
  const more = found.length - mostShown;
  return new CliFailure({
    exitCode: exitCode.usage,
    message: `${found.length} directives begin or end with ${name}`,
    details: [...found.slice(0, mostShown), ...(more > 0 ? [`and ${more} more`] : [])],
    next: 'give more of the id',
  });
}
