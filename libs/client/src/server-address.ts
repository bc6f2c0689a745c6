import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ServerAddressError } from './client-error.js';

const defaultUrl = 'http://127.0.0.1:4270';

/** Written into the data folder by the running server. */
const ServerFile = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** Where the server is, and who said so: the first thing to know when it does not answer. */
export interface ServerAddress {
  url: string;
  saidBy: string;
  /** Key or token that its requests show. */
  apiKey?: string | undefined;
}

/** Where an address may come from; the first that is there counts. */
export interface AddressSources {
  /** What the user gave for this call, and how they name it (`--url`). */
  option?: { url: string; name: string } | undefined;
  /** What COC_URL holds. */
  variable?: string | undefined;
  /** The data folder, in which a running server leaves its address, and the key of its owner. */
  dataDir: string;
  /** Given by the user; without it, the owner's key is shown to a server of this machine. */
  apiKey?: string | undefined;
}

const withoutSlash = (url: string) => url.replace(/\/+$/, '');

/** The option, else COC_URL, else `server.json` of the data folder, else the default port. Throws ServerAddressError. */
export async function findServer(sources: AddressSources): Promise<ServerAddress> {
  const server = await findAddress(sources);
  return { ...server, apiKey: sources.apiKey ?? (await ownerKeyFor(server.url, sources.dataDir)) };
}

/** A key that only this machine's servers take goes to no other. */
async function ownerKeyFor(url: string, dataDir: string): Promise<string | undefined> {
  const host = URL.parse(url)?.hostname ?? '';
  const isHere = host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
  if (!isHere) return undefined;
  const text = await readFile(join(dataDir, 'owner.key'), 'utf8').catch(() => undefined);
  return text?.trim() || undefined;
}

async function findAddress({ option, variable, dataDir }: AddressSources): Promise<ServerAddress> {
  if (option !== undefined) return { url: checkedUrl(option.url, option.name), saidBy: option.name };
  if (variable !== undefined) return { url: withoutSlash(variable), saidBy: 'COC_URL' };
  const file = join(dataDir, 'server.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { url: defaultUrl, saidBy: 'the default' };
  return { url: withoutSlash(urlOfFile(file, text)), saidBy: file };
}

function checkedUrl(url: string, name: string): string {
  if (/^https?:\/\/./.test(url) && URL.canParse(url)) return withoutSlash(url);
  throw new ServerAddressError(`${name} ${url} is no address of a server`, 'option', `${name} ${defaultUrl}`);
}

function urlOfFile(file: string, text: string): string {
  try {
    return ServerFile.parse(JSON.parse(text)).url;
  } catch (cause) {
    throw new ServerAddressError(`${file} does not hold the address of a server`, 'file', file, { cause });
  }
}
