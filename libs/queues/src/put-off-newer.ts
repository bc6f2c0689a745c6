import { DelayedError, type Job } from 'bullmq';
import { newerVersionOf, schemaVersion } from '#libs/contracts';

const putOffMs = 5_000;

/** What a process of a newer release sent, while this one is still there. */
class NewerVersionError extends Error {
  constructor(version: number) {
    super(
      `schemaVersion ${version} is newer than ${schemaVersion}, which is the newest known here: left for a process of that release; finish the update`,
    );
    this.name = new.target.name;
  }
}

/** A job of a newer version stays in its queue and is looked at again in 5 s, by whoever is first. Throws DelayedError then, which BullMQ takes for no failure. */
export async function putOffNewer(job: Job, token: string | undefined, tell: (error: Error) => void): Promise<void> {
  const version = newerVersionOf(job.data);
  if (version === undefined) return;
  tell(new NewerVersionError(version));
  await job.moveToDelayed(Date.now() + putOffMs, token);
  throw new DelayedError();
}
