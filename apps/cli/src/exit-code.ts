/** Stable for ever: scripts depend on them, docs/cli.md lists them. 6 is reserved for waiting on an approval. */
export const exitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  unreachable: 3,
  notFound: 4,
  notCompleted: 5,
  detached: 130,
} as const;
