/** From here on this process finds the owner's key of that folder, as a program started beside it does. */
export function actAsOwnerOf(dataDir: string): void {
  process.env['COC_DATA_DIR'] = dataDir;
}
