import { limits } from '#libs/contracts';

/** A file by its sum, and how long it is. */
export interface KeptFile {
  sha256: string;
  bytes: number;
}

/** What a retry takes over, added up: each file once, however many tasks name it. */
export class KeptLoad {
  private bytes = 0;
  private readonly files = new Set<string>();

  /** False, and nothing added, when it is too much with this. */
  take(outputBytes: number, files: readonly KeptFile[]): boolean {
    const added = new Map(
      files.filter(({ sha256 }) => !this.files.has(sha256)).map((file) => [file.sha256, file.bytes]),
    );
    const bytes = [...added.values()].reduce((sum, size) => sum + size, this.bytes + outputBytes);
    // A single value is stored as a file, too.
    const isTooMuch = outputBytes > limits.maxArtifactBytes || bytes > limits.maxKeptBytes;
    if (isTooMuch || this.files.size + added.size > limits.maxKeptArtifacts) return false;
    this.bytes = bytes;
    for (const sha256 of added.keys()) this.files.add(sha256);
    return true;
  }
}
