import { describe, expect, it } from '@jest/globals';
import { renderChildren } from './children.js';
import { renderTree } from './render-tree.js';
import { aDirective, sampleId } from './sample-directive.js';

describe('the children of a directive', () => {
  it('are a line each: state, id, title or ref, and how far they are', () => {
    const first = aDirective({ id: 'd0_01JD6Z0000000000000000000B', title: 'Fetch\nall', parent: sampleId });
    const second = aDirective({ id: 'd0_01JD6Z0000000000000000000C', title: null, state: 'ORPHANED' });
    expect(renderChildren([first, second])).toBe(
      [
        'children',
        '  ▸ RUNNING  d0_01JD6Z0000000000000000000B  Fetch all  1/3 tasks',
        '  ✗ ORPHANED d0_01JD6Z0000000000000000000C  1/3 tasks',
        '',
      ].join('\n'),
    );
  });

  it('are not spoken of when there are none', () => {
    expect(renderChildren([])).toBe('');
  });

  it('name their parent on the first line of their own tree', () => {
    const frame = { now: Date.parse('2026-11-21T07:00:14.260Z'), columns: 200, rows: 40, color: false };
    expect(renderTree(aDirective({ parent: 'd0_01JD6Z0000000000000000000P' }), [], frame)[0]).toBe(
      '▸ RUNNING d0_01JD6Z0000000000000000000A  Index the docs  1/3 tasks  14.2s  child of d0_01JD6Z0000000000000000000P',
    );
  });
});
