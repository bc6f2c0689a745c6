/** Stable for ever: scripts depend on them, docs/cli.md lists them. */
export const exitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  notFound: 4,
  notCompleted: 5,
  waitsForHuman: 6,
  timedOut: 7,
  unauthenticated: 8,
  detached: 130,
} as const;
