import type { Answer, CocClient } from '#libs/client';
import type { Command } from 'commander';
import { z } from 'zod';
import { failureOf } from '../api/api-failure.js';
import type { Cli } from '../cli.js';
import { exitCode } from '../exit-code.js';
import { printData } from '../output/output-format.js';
import { printable } from '../output/printable.js';
import { formatOf, openApi } from './global-options.js';

interface Check {
  check: string;
  isOk: boolean;
  detail: string;
  /** Null when the check is ok. */
  next: string | null;
}

const oldestNode = 24;

/** Terminus' answer, ready or not; another server's words are not an error here, they are a finding. */
const Readiness = z.object({ details: z.record(z.string(), z.looseObject({ status: z.string() })) });

export function addDoctorCommand(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description('Check the installation: one line a check, each failure with its next step.')
    .action((_options: object, command: Command) => examine(cli, command));
}

async function examine(cli: Cli, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const server = await checkServer(api);
  const checks = [checkNode(), ...server.checks];
  printData(cli, formatOf(command), { checks }, (report) => report.checks.map(checkText).join(''));
  if (!server.isReachable) cli.exitCode = exitCode.unreachable;
  else if (checks.some((check) => !check.isOk)) cli.exitCode = exitCode.unexpected;
}

function checkText({ check, isOk, detail, next }: Check): string {
  const verdict = isOk ? 'ok' : 'FAILED';
  return `${verdict.padEnd(6)}  ${check.padEnd(9)}  ${printable(detail)}${next === null ? '' : `; next: ${next}`}\n`;
}

function checkNode(): Check {
  const isOk = Number(process.versions.node.split('.')[0]) >= oldestNode;
  const next = isOk ? null : `install Node ${oldestNode} or newer, or start coc with "npx coc", which brings it`;
  return { check: 'node', isOk, detail: `Node ${process.versions.node}`, next };
}

async function checkServer(api: CocClient): Promise<{ isReachable: boolean; checks: Check[] }> {
  try {
    const answer = await api.readiness();
    const detail = `${api.server.url} answers (address from ${api.server.saidBy})`;
    const reached: Check = { check: 'server', isOk: true, detail, next: null };
    return {
      isReachable: true,
      checks: [reached, checkReady(answer), checkRedis(answer), ...checkArtifacts(answer), await checkActions(api)],
    };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const unknown = ['ready', 'redis', 'actions'].map((check) =>
      failed(check, 'not known: the server does not answer', 'see above'),
    );
    return { isReachable: false, checks: [failed('server', failure.message, failure.next), ...unknown] };
  }
}

function checkReady(answer: Answer): Check {
  if (answer.status === 200) return { check: 'ready', isOk: true, detail: 'the server makes progress', next: null };
  const down = Object.entries(detailsOf(answer)).filter(([, { status }]) => status !== 'up');
  const detail = `the server answers ${answer.status}${down.length > 0 ? `; down: ${down.map(([name]) => name).join(', ')}` : ''}`;
  return failed('ready', detail, 'read the log of the server; it names what it waits for');
}

/** A server that is ready has Redis; one that is not may say whether Redis is why. */
function checkRedis(answer: Answer): Check {
  const status = detailsOf(answer)['redis']?.status ?? (answer.status === 200 ? 'up' : undefined);
  if (status === 'up') return { check: 'redis', isOk: true, detail: 'the server reaches Redis', next: null };
  const detail = status === undefined ? 'not known: the server does not say' : 'the server does not reach Redis';
  return failed('redis', detail, 'check that Redis runs and that REDIS_URL of the server points to it');
}

/** A server that is older than this check, or does not get so far, says nothing of it. */
function checkArtifacts(answer: Answer): Check[] {
  const told = detailsOf(answer)['artifacts'];
  if (told === undefined) return [];
  const detail = typeof told['detail'] === 'string' ? told['detail'] : `it is ${told.status}`;
  if (told.status === 'up') return [{ check: 'artifacts', isOk: true, detail, next: null }];
  const next = 'values over 32 KiB wait until it is mended: COC_ARTIFACTS, COC_S3_* or COC_DATA_DIR of the server';
  return [failed('artifacts', detail, next)];
}

async function checkActions(api: CocClient): Promise<Check> {
  try {
    const { length } = await api.listActions();
    if (length > 0) return { check: 'actions', isOk: true, detail: `${length} registered`, next: null };
    return failed('actions', 'none registered', 'start a worker, or "coc actions apply FILE"');
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return failed('actions', failure.message, failure.next);
  }
}

const failed = (check: string, detail: string, next: string): Check => ({ check, isOk: false, detail, next });

function detailsOf(answer: Answer): z.infer<typeof Readiness>['details'] {
  const parsed = Readiness.safeParse(answer.body);
  return parsed.success ? parsed.data.details : {};
}
