import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { CocError } from '#libs/contracts';

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Code, anchors and bold; a link to another page of the documentation is its text alone, for only this page is served. */
function inline(markdown: string): string {
  const anchors = [...markdown.matchAll(/<a id="(\w+)"><\/a>/g)].map(([, id]) => `<a id="${id}"></a>`).join('');
  const text = markdown.replaceAll(/<a id="\w+"><\/a>/g, '').replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  return anchors + escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function row(line: string, cell: 'td' | 'th'): string {
  const cells = line
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(' | ');
  return `<tr>${cells.map((text) => `<${cell}>${inline(text.trim())}</${cell}>`).join('')}</tr>`;
}

function block(lines: string[]): string {
  const [first = '', second = '', ...rest] = lines;
  const heading = /^(#+) (.*)$/.exec(first);
  if (heading) return `<h${heading[1]!.length}>${inline(heading[2]!)}</h${heading[1]!.length}>`;
  if (!second.startsWith('|--')) return `<p>${inline(lines.join(' '))}</p>`;
  return `<table>${row(first, 'th')}${rest.map((line) => row(line, 'td')).join('\n')}</table>`;
}

const style =
  'body{font:16px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em}td,th{text-align:left;vertical-align:top;padding:.3em .6em;border-bottom:1px solid #ccc}:target{outline:.3em solid #fc3}';

/** docs/errors.md as a page: headings, paragraphs and tables, which is all that it has. */
function renderErrorsPage(markdown: string): string {
  const blocks = markdown.split(/\n{2,}/).map((text) => block(text.split('\n').filter((line) => line !== '')));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Errors of the API</title><style>${style}</style>\n${blocks.join('\n')}\n</html>\n`;
}

let page: string | undefined;

/** Read once. Throws NOT_FOUND in an installation without its documentation. */
export function errorsPage(): string {
  if (page !== undefined) return page;
  try {
    const root = dirname(findPackageJSON(import.meta.url) ?? '');
    page = renderErrorsPage(readFileSync(join(root, 'docs', 'errors.md'), 'utf8'));
    return page;
  } catch (cause) {
    throw new CocError('NOT_FOUND', 'this installation was made without docs/errors.md', [], { cause });
  }
}
