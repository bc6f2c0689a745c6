import type { Chapter, ChainLink } from './story.js';

/** `embed[3]` is a child of `embed`. */
const childPattern = /^(.+)\[\d+\]$/;

/**
 * The chain that the directive took its time for. Events do not say what depends on what, but they say who could go right after whose
 * end: so it is followed backwards from the task that ended last, a fan-out by the child that ended last.
 */
export function longestChain(chapters: readonly Chapter[], asOfMs: number): ChainLink[] {
  const byTask = new Map(chapters.map((chapter) => [chapter.task, chapter]));
  const lastChild = lastChildren(chapters, asOfMs);
  const path: Chapter[] = [];
  const seen = new Set<Chapter>();
  let chapter = chapters.reduce<Chapter | undefined>((last, it) => (isLater(it, last, asOfMs) ? it : last), undefined);
  while (chapter && !seen.has(chapter)) {
    seen.add(chapter);
    path.unshift(chapter);
    const before: string | null = lastChild.get(chapter.task)?.task ?? chapter.letGoBy;
    chapter = before === null ? undefined : byTask.get(before);
  }
  return linksOf(path, asOfMs);
}

function linksOf(path: readonly Chapter[], asOfMs: number): ChainLink[] {
  let before = path[0]?.fromMs ?? 0;
  return path.map((chapter) => {
    const toMs = chapter.toMs ?? asOfMs;
    const ownMs = Math.max(0, toMs - before);
    before = toMs;
    return { task: chapter.task, toMs, ownMs };
  });
}

function lastChildren(chapters: readonly Chapter[], asOfMs: number): Map<string, Chapter> {
  const found = new Map<string, Chapter>();
  for (const chapter of chapters) {
    const parent = childPattern.exec(chapter.task)?.[1];
    if (parent !== undefined && isLater(chapter, found.get(parent), asOfMs)) found.set(parent, chapter);
  }
  return found;
}

/** Of two that are open the one that began first is waited for longest. A skipped task did nothing that could be waited for. */
function isLater(one: Chapter, other: Chapter | undefined, asOfMs: number): boolean {
  if (one.state === 'skipped') return false;
  if (!other) return true;
  if (!one.isOver && !other.isOver) return one.fromMs < other.fromMs;
  return (one.toMs ?? asOfMs) >= (other.toMs ?? asOfMs) && other.isOver;
}
