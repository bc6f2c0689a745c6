import { hostname } from 'node:os';
import type { RecorderLease } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { FolderClaim } from './folder-claim.js';
import { isDead, ownIdentity, type ProcessIdentity } from './process-identity.js';

interface Holder extends ProcessIdentity {
  host: string;
  dir: string;
}

/** The right to write, until it is released or lost. */
export interface Turn {
  isOurs(): Promise<boolean>;
  release(): Promise<void>;
}

/** Who may write: one recorder a folder (claim files) and one an installation (a lease in Redis). The others stand by. */
export class RecorderTurn {
  private readonly own = ownIdentity();
  private readonly claim: FolderClaim;
  private said = '';

  constructor(
    private readonly lease: RecorderLease,
    private readonly dir: string,
    private readonly logger: Logger,
  ) {
    this.claim = new FolderClaim(dir, this.own);
  }

  /** Undefined when another has the turn; the log says who, once. */
  async take(): Promise<Turn | undefined> {
    const pid = await this.claim.take();
    if (pid !== undefined) return this.standBy(`process ${pid} on this machine writes into the folder`);
    const holder = await this.takeLease();
    if (holder) {
      await this.claim.release();
      return this.standBy(`process ${holder.pid} on ${holder.host} records this installation into ${holder.dir}`);
    }
    this.said = '';
    return {
      isOurs: async () => this.lease.isOurs(),
      release: async () => {
        await Promise.allSettled([this.claim.release(), this.lease.release()]);
      },
    };
  }

  /** The lease of a recorder that was killed on this machine is not waited for. */
  private async takeLease(): Promise<Holder | undefined> {
    const taken = await this.lease.take({ ...this.own, host: hostname(), dir: this.dir });
    const holder = taken?.heldBy as Holder | undefined;
    if (holder === undefined || !isDead(holder, this.own)) return holder;
    await this.lease.revoke(holder);
    return this.takeLease();
  }

  private standBy(reason: string): undefined {
    if (this.said !== reason) this.logger.warn({ dir: this.dir }, `${reason}; this recorder stands by until it ends`);
    this.said = reason;
  }
}
