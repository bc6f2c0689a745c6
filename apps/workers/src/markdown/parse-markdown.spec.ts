import { describe, expect, it } from '@jest/globals';
import { parseMarkdown } from './parse-markdown.js';

const source = `---
title: "From above"
---
# Guide

See [setup](#set-up) and \`libs/state\`.

## Set up

<a id="here"></a>
\`\`\`sh
npm start # [no](link.md)
\`\`\`

## Set up
`;

describe('parseMarkdown', () => {
  it('reads headings with their place and a unique slug', () => {
    expect(parseMarkdown(source).headings).toEqual([
      { level: 1, text: 'Guide', slug: 'guide', line: 4, parent: -1 },
      { level: 2, text: 'Set up', slug: 'set-up', line: 8, parent: 0 },
      { level: 2, text: 'Set up', slug: 'set-up-1', line: 15, parent: 0 },
    ]);
  });

  it('knows under which heading text, links and names stand', () => {
    const document = parseMarkdown(source);
    expect(document.links).toEqual([{ text: 'setup', target: '#set-up', line: 6, heading: 0 }]);
    expect(document.codeNames).toEqual([{ name: 'libs/state', heading: 0 }]);
    expect(document.passages.map(({ kind, heading, line }) => [kind, heading, line])).toEqual([
      ['paragraph', 0, 6],
      ['paragraph', 1, 10],
      ['code', 1, 12],
    ]);
    expect(document.anchors).toEqual(['here']);
  });

  it('takes the title from the front matter, else from the highest heading', () => {
    expect(parseMarkdown(source).title).toBe('From above');
    expect(parseMarkdown('### Small\n\n## Large').title).toBe('Large');
    expect(parseMarkdown('no heading at all').title).toBe('');
  });

  it('reads Windows line ends and a byte order mark', () => {
    expect(parseMarkdown('\uFEFF# A\r\n\r\ntext\r\n').headings).toMatchObject([{ text: 'A', line: 1 }]);
  });
});
