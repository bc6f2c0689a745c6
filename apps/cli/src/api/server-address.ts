import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CliEnv } from '#libs/config';
import { z } from 'zod';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { projectRoot } from '../project-root.js';

const defaultUrl = 'http://127.0.0.1:4270';

/** Written into the data folder by the running server. */
const ServerFile = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** Where the server is, and who said so: the first thing to know when it does not answer. */
export interface ServerAddress {
  url: string;
  saidBy: string;
  /** What a later command needs on its command line to meet the same server; empty or ` --url …`. */
  flag: string;
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** `--url`, else COC_URL, else the file of the running server, else the default. Throws CliFailure. */
export async function findServer(urlOption: string | undefined, env: CliEnv): Promise<ServerAddress> {
  if (urlOption !== undefined) return addressOfOption(urlOption);
  if (env.url !== undefined) return { url: withoutSlash(env.url), saidBy: 'COC_URL', flag: '' };
  // The launcher's own default, wherever coc is called from.
  const file = join(env.dataDir ?? join(projectRoot(), '.coc'), 'server.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { url: defaultUrl, saidBy: 'the default', flag: '' };
  return { url: withoutSlash(urlOfFile(file, text)), saidBy: file, flag: '' };
}

function addressOfOption(url: string): ServerAddress {
  if (!/^https?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new CliFailure({
      exitCode: exitCode.usage,
      message: `--url ${url} is no address of a server`,
      next: `give one like --url ${defaultUrl}`,
    });
  }
  return { url: withoutSlash(url), saidBy: '--url', flag: ` --url ${withoutSlash(url)}` };
}

function urlOfFile(file: string, text: string): string {
  try {
    return ServerFile.parse(JSON.parse(text)).url;
  } catch (cause) {
    throw new CliFailure({
      exitCode: exitCode.usage,
      message: `${file} does not hold the address of a server`,
      next: `delete ${file}, or pass --url`,
      cause,
    });
  }
}
