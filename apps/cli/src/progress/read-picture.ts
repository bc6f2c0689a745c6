import type { DirectiveEvent } from '#libs/contracts';
import { DirectivePicture } from './directive-picture.js';
import type { DirectiveSource } from './directive-source.js';

/**
 * The directive with its plan, both of one moment. The plan is read page by page while it goes on: the directive is
 * read before and after it, and the events between the two bring every task as far as the directive.
 */
export async function readPicture(source: DirectiveSource, id: string): Promise<DirectivePicture> {
  const { lastSeq } = await source.getDirective(id);
  const tasks = await source.listTasks(id);
  const picture = new DirectivePicture(await source.getDirective(id), tasks);
  if (lastSeq < picture.directive.lastSeq) {
    for await (const event of listAllEvents(source, id, lastSeq)) {
      if (event.seq > picture.directive.lastSeq) break;
      picture.apply(event);
    }
  }
  return picture.needsPlan ? readPicture(source, id) : picture;
}

/** The events with a `seq` above `after` that are there now. */
export async function* listAllEvents(
  source: DirectiveSource,
  id: string,
  after: number,
): AsyncGenerator<DirectiveEvent> {
  let seq = after;
  for (;;) {
    const { items, nextCursor } = await source.listEvents(id, seq);
    yield* items;
    seq = items.at(-1)?.seq ?? seq;
    if (items.length === 0 || nextCursor === null) return;
  }
}
