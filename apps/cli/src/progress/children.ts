import { ApiError, type CocClient } from '#libs/client';
import { type DirectiveView, limits } from '#libs/contracts';
import { printable } from '../output/printable.js';
import { directiveGlyphs } from './state-glyph.js';

/** The child directives, the oldest first; none from a server that does not know the word. */
export async function readChildren(api: CocClient, id: string): Promise<DirectiveView[]> {
  try {
    return (await api.call('listChildren', { id, limit: limits.maxChildren })).items;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** A line for each, below their parent's tree; nothing without any. */
export function renderChildren(children: readonly DirectiveView[]): string {
  if (children.length === 0) return '';
  const width = Math.max(...children.map(({ state }) => state.length));
  const lines = children.map(({ id, state, title, ref, tasks }) => {
    const count = `${tasks.total - tasks.open}/${tasks.total} tasks`;
    const parts = [`${directiveGlyphs[state].mark} ${state.padEnd(width)} ${id}`, title ?? ref ?? '', count];
    return `  ${parts.filter((part) => part !== '').join('  ')}`;
  });
  return `children\n${lines.map((line) => `${printable(line)}\n`).join('')}`;
}
