import type { CocClient } from '#libs/client';
import { type HoldView, isDirectiveId } from '#libs/contracts';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';

const pageSize = 1_000;
// Four characters of a ULID's random end: shorter, and a slip of the finger would approve another task.
const endingPattern = /^[0-9A-Z]{4,26}\.[0-9a-z]{1,8}$/;

/** The hold with this id, or the one that waits and whose id alone ends so. Throws CliFailure or what the client throws. */
export async function findHold(api: CocClient, name: string): Promise<HoldView> {
  const [directive = ''] = name.split('.');
  if (isDirectiveId(directive)) return api.getHold(name);
  if (!endingPattern.test(name)) throw misnamed(name);
  const found: HoldView[] = [];
  for await (const hold of waitingHolds(api)) if (hold.id.endsWith(name)) found.push(hold);
  const [hold, another] = found;
  if (hold === undefined) throw unknown(name);
  if (another !== undefined) throw ambiguous(name, found);
  return hold;
}

async function* waitingHolds(api: CocClient): AsyncGenerator<HoldView> {
  let cursor: string | undefined;
  do {
    const page = await api.listHolds(pageSize, cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

function misnamed(name: string): CliFailure {
  return new CliFailure({
    exitCode: exitCode.usage,
    message: `${name} is no id of a hold: DIRECTIVE.INDEX, or its end from the last 4 characters of DIRECTIVE on`,
    next: 'take it from "coc approvals list"',
  });
}

function unknown(name: string): CliFailure {
  return new CliFailure({
    exitCode: exitCode.notFound,
    message: `nothing waits whose id ends with ${name}`,
    next: 'see what waits with "coc approvals list"; what was answered needs its whole id',
  });
}

function ambiguous(name: string, found: readonly HoldView[]): CliFailure {
  return new CliFailure({
    exitCode: exitCode.usage,
    message: `${found.length} ids end with ${name}`,
    details: found.map(({ id, task }) => `${id}  ${task}`),
    next: 'give more of the id',
  });
}
