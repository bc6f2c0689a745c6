import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDead, type ProcessIdentity } from './process-identity.js';

/**
 * One writer a folder and machine. A claim is a file named `<pid>.<start>.<machine>.<nonce>`: who claims first and looks second sees
 * everybody who came before, so two can both step back but never both hold; a dead one's claim is removed by its unique name.
 */
export class FolderClaim {
  private readonly claims: string;
  private readonly name: string;

  constructor(
    dir: string,
    private readonly own: ProcessIdentity,
  ) {
    this.claims = join(dir, '.recorder');
    // One name for good: a claim that could not be released is not mistaken for another's.
    this.name = `${own.pid}.${own.start}.${own.machine}.${randomBytes(6).toString('hex')}`;
  }

  /** Undefined when the folder is ours now, else the pid of who has it. */
  async take(): Promise<number | undefined> {
    await mkdir(this.claims, { recursive: true });
    await writeFile(join(this.claims, this.name), '');
    for (const other of (await readdir(this.claims)).filter((it) => it !== this.name)) {
      const [pid, start = '', machine = ''] = other.split('.');
      const holder = { pid: Number(pid), start, machine };
      if (isDead(holder, this.own)) await rm(join(this.claims, other), { force: true });
      else if (machine === this.own.machine) {
        await this.release();
        return holder.pid;
      }
    }
    return undefined;
  }

  async release(): Promise<void> {
    await rm(join(this.claims, this.name), { force: true });
  }
}
