/** Where a Redis is: one server, the servers a group of Sentinels watches over, or a cluster. */
export interface RedisPlace {
  kind: 'single' | 'sentinel' | 'cluster';
  /** The server; or the Sentinels; or the nodes to ask first. */
  nodes: { host: string; port: number }[];
  /** The name by which Sentinels know the master; empty for the other kinds. */
  master: string;
  database: number;
  isTls: boolean;
  username: string | undefined;
  password: string | undefined;
  /** Of the Sentinels themselves; they often have none. */
  sentinelUsername: string | undefined;
  sentinelPassword: string | undefined;
}

const pattern =
  /^(?<scheme>rediss?)(?<kind>-sentinel|-cluster)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?#@]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/;
const hostPattern = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[^\s:[\]]+))(?::(?<port>\d{1,5}))?$/;
const defaultPort = { single: 6_379, sentinel: 26_379, cluster: 6_379 };

/** What is wrong with an address is said without its text, which may hold a password. */
export class RedisUrlError extends Error {}

/**
 * Reads `redis://`, `redis-sentinel://` and `redis-cluster://`, each also as `rediss…` for TLS:
 * `redis://[user:password@]host[:port][/database]`, `redis-sentinel://…@host:port,host:port/master[/database]`,
 * `redis-cluster://…@host:port,host:port`. Throws RedisUrlError.
 */
export function parseRedisUrl(url: string): RedisPlace {
  const parts = pattern.exec(url)?.groups;
  if (!parts)
    throw new RedisUrlError('must be redis://, redis-sentinel:// or redis-cluster://, or one of them with rediss');
  const kind = (parts['kind']?.slice(1) ?? 'single') as RedisPlace['kind'];
  const nodes = parts['hosts']!.split(',').map((host) => nodeOf(host, defaultPort[kind]));
  if (kind === 'single' && nodes.length > 1)
    throw new RedisUrlError('names several hosts: use redis-sentinel:// or redis-cluster://');
  const query = new URLSearchParams(parts['query'] ?? '');
  return {
    kind,
    nodes,
    ...pathOf(kind, parts['path'] ?? ''),
    isTls: parts['scheme'] === 'rediss',
    username: textOf(parts['user']),
    password: textOf(parts['password']),
    sentinelUsername: query.get('sentinelUsername') ?? undefined,
    sentinelPassword: query.get('sentinelPassword') ?? undefined,
  };
}

/** Hosts and ports alone, for a message. */
export function describeRedisPlace({ kind, nodes, master }: RedisPlace): string {
  const hosts = nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  if (kind === 'sentinel') return `${master} (Sentinels ${hosts})`;
  return kind === 'cluster' ? `${hosts} (cluster)` : hosts;
}

function nodeOf(text: string, port: number): { host: string; port: number } {
  const parts = hostPattern.exec(text)?.groups;
  const given = parts?.['port'] === undefined ? port : Number(parts['port']);
  if (!parts || given > 65_535) throw new RedisUrlError('has a host or port that cannot be read');
  return { host: (parts['v6'] ?? parts['name'])!, port: given };
}

function pathOf(kind: RedisPlace['kind'], path: string): { master: string; database: number } {
  const words = path.split('/').filter((word) => word !== '');
  const master = kind === 'sentinel' ? words.shift() : '';
  if (master === undefined) throw new RedisUrlError('must name the master: redis-sentinel://host:26379/mymaster');
  const [database = '0', ...rest] = words;
  if (!/^\d{1,5}$/.test(database) || rest.length > 0) throw new RedisUrlError('has a database that is not a number');
  if (kind === 'cluster' && database !== '0') throw new RedisUrlError('names a database, and a cluster has only one');
  return { master: decodeURIComponent(master), database: Number(database) };
}

function textOf(encoded: string | undefined): string | undefined {
  return encoded === undefined || encoded === '' ? undefined : decodeURIComponent(encoded);
}
