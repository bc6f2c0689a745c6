import { Option, type Command } from 'commander';
import { Role, type KeyList } from '#libs/contracts';
import { type Cli, talk } from '../cli.js';
import { parseDuration } from '../input/parse-duration.js';
import { printData } from '../output/output-format.js';
import { renderTable } from '../output/table.js';
import { flagOf, formatOf, openApi, parseCount } from './global-options.js';

interface CreateOptions {
  name: string;
  role: Role[];
  tenant?: string;
  expires?: number;
}

interface ListOptions {
  limit: number;
  cursor?: string;
  tenant?: string;
}

export function addKeysCommands(program: Command, cli: Cli): void {
  const keys = program.command('keys').description('Make, list and revoke the keys by which others call the API.');
  const role = new Option('--role <roles...>', 'what it may do').choices(Role.options).default(['operator']);
  keys
    .command('create')
    .description('Make a key and print it; it is shown only now.')
    .requiredOption('--name <name>', 'what it is called, and by which name whoever has it acts')
    .addOption(role)
    .option('--tenant <name>', "whose it is; only the owner's key may name another tenant")
    .option('--expires <time>', 'how long it is good for, such as 30d; without it, until it is revoked', parseDuration)
    .action((options: CreateOptions, command: Command) => create(cli, options, command));
  keys
    .command('list')
    .description('List the keys of the tenant, the newest first, without their secrets.')
    .option('--limit <count>', 'how many at most', parseCount, 50)
    .option('--cursor <cursor>', 'where the list before it ended')
    .option('--tenant <name>', "whose; only the owner's key may name another tenant")
    .action((options: ListOptions, command: Command) => list(cli, options, command));
  keys
    .command('revoke')
    .description('Take a key out of use, on every server within two seconds.')
    .argument('<key>')
    .action(async (id: string, _options: object, command: Command) => {
      await (await openApi(cli, command)).call('revokeKey', { id });
      talk(cli, `revoked ${id}`);
    });
}

async function create(cli: Cli, { name, role, tenant, expires }: CreateOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const key = await api.call('createKey', { body: { name, roles: role, tenant, expiresInMs: expires } });
  printData(cli, formatOf(command), key, (created) => `${created.key}\n`);
  talk(cli, `the key ${key.id} of ${key.tenant} is not shown again; revoke it with "coc keys revoke ${key.id}"`);
}

async function list(cli: Cli, { limit, cursor, tenant }: ListOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const page = await api.call('listKeys', { limit, cursor, tenant });
  printData(cli, formatOf(command), page, ({ items }) =>
    renderTable(['ID', 'NAME', 'TENANT', 'ROLES', 'STATE', 'LAST USED'], items.map(row)),
  );
  if (page.nextCursor !== null) {
    talk(cli, `next: coc keys list --limit ${limit} --cursor ${page.nextCursor}${flagOf(api.server)}`);
  }
}

function row({ id, name, tenant, roles, revokedAt, expiresAt, lastUsedAt }: KeyList['items'][number]): string[] {
  const isExpired = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  const state = revokedAt === null ? (isExpired ? 'expired' : 'good') : 'revoked';
  return [id, name, tenant, roles.join(','), state, lastUsedAt ?? '-'];
}
