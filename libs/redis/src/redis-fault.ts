/**
 * What an error of Redis asks for:
 * `again` it passes: repeat the same call, later; `unknown` nobody knows whether it was done: repeat the same call, which must be idempotent;
 * `full` no room or no disk: take on nothing new; `library` the functions are not there: load them; `refused` credentials or rights: a person
 * must act; `bug` it would fail again: never repeat it blindly, for a script that failed half way is not rolled back.
 */
export type FaultKind = 'again' | 'unknown' | 'full' | 'library' | 'refused' | 'bug';

/** By the first word of Redis' answer. Everything else that Redis answers is a bug of ours. */
const kindByWord: Readonly<Record<string, FaultKind>> = {
  LOADING: 'again',
  READONLY: 'again',
  UNBLOCKED: 'again',
  MASTERDOWN: 'again',
  CLUSTERDOWN: 'again',
  TRYAGAIN: 'again',
  MOVED: 'again',
  ASK: 'again',
  NOREPLICAS: 'again',
  BUSY: 'again',
  OOM: 'full',
  MISCONF: 'full',
  NOSCRIPT: 'library',
  NOAUTH: 'refused',
  WRONGPASS: 'refused',
  NOPERM: 'refused',
};

const noFunction = 'Function not found';
const noCluster = /None of startup nodes is available|Failed to refresh slots cache|Too many Cluster redirections/;

/** Undefined for what is not an error of Redis or of a connection to it. */
export function faultOf(error: unknown): FaultKind | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'ReplyError') return faultOfReply(error.message);
  if (error.name === 'ClusterAllFailedError' || noCluster.test(error.message)) return 'unknown';
  return isConnectionError(error) ? 'unknown' : undefined;
}

function faultOfReply(message: string): FaultKind {
  if (message.includes(noFunction)) return 'library';
  // A command that failed within a script: `OOM command not allowed … script: …`, or `ERR … -READONLY …` of old servers.
  return kindByWord[message.replace(/^-/, '').split(/[\s:]/, 1)[0]!] ?? 'bug';
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const connectionTexts =
  /^(Connection is closed|Command timed out|Socket timeout|Stream isn't writeable|All sentinels are unreachable)/;

function isConnectionError(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && connectionCodes.has(code)) || connectionTexts.test(error.message);
}
