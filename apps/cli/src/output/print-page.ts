import type { CocClient } from '#libs/client';
import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { flagOf, formatOf } from '../commands/global-options.js';
import { printData } from './output-format.js';
import { renderTable } from './table.js';

interface Page<Item> {
  items: Item[];
  nextCursor?: string | null;
}

interface Listing<Item> {
  columns: readonly string[];
  row: (item: Item) => string[];
  /** What is said when there is nothing. */
  none: string;
  /** The command that shows what comes after, without its cursor. */
  next?: string;
}

/** A list on stdout, and on stderr how to go on. */
export function printPage<Item>(
  cli: Cli,
  command: Command,
  api: CocClient,
  page: Page<Item>,
  { columns, row, none, next }: Listing<Item>,
): void {
  printData(cli, formatOf(command), page, ({ items }) => renderTable([...columns], items.map(row)));
  if (page.items.length === 0) talk(cli, none);
  if (next !== undefined && page.nextCursor)
    talk(cli, `next: ${next} --cursor ${page.nextCursor}${flagOf(api.server)}`);
}
