/** Redis is at its `maxmemory` and refused a command that needs more; nothing of it was done. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /^(ERR )?-?OOM /.test(error.message);
}
