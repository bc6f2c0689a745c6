import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './root.mjs';
import { LaunchError } from './talk.mjs';

// The first Node whose Jest can load ESM packages from CommonJS ones.
const FLOOR = '24.11.1';

const isEnough = (version) => version.localeCompare(FLOOR, 'en', { numeric: true }) >= 0;

/** Runs it, because a package for another C library is there but does not start. */
async function versionOf(node) {
  try {
    const { stdout } = await promisify(execFile)(node, ['--version']);
    return stdout.trim().replace(/^v/, '');
  } catch {
    return null;
  }
}

/** The path of a Node that the project runs on: this one, or the one that npm brought. */
export async function findNode24() {
  if (isEnough(process.versions.node)) return process.execPath;
  // Not `.bin/node`: npm 10 takes that link away when it drops the package for the other processor.
  const brought = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  const version = await versionOf(brought);
  if (version && isEnough(version)) return brought;
  throw new LaunchError(
    `Node ${FLOOR} or newer is needed, this is ${process.versions.node}, and npm brings one only for Linux on x64 and arm64 with glibc: install a newer Node.`,
  );
}
