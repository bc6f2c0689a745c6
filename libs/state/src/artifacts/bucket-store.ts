import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { S3Client, S3Errors } from '@bradenmacdonald/s3-lite-client';
import { limits } from '#libs/contracts';
import { missingArtifact, storeUnavailable } from './artifact-errors.js';
import { ArtifactStore, tooLarge, type ArtifactPlace } from './artifact-store.js';

/** A bucket of an S3-compatible store. `endpoint` is an http or https address. */
export interface BucketSettings {
  bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  prefix: string;
  endpoint: string;
  region: string;
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

/** A settlement waits for it, so it is short: another try follows in seconds. 64 MB in it are 6.4 MB/s. */
const patienceMs = 10_000;
const removeAtOnce = 16;

/** The store as a bucket of an S3-compatible server: `<prefix>/<tenant>/<directiveId>/<sha256>`. A PUT is atomic and durable there. */
export class BucketStore extends ArtifactStore {
  readonly name: string;
  private readonly client: S3Client;
  private readonly root: string;

  constructor(settings: BucketSettings) {
    super();
    const { bucket, prefix, endpoint, region, pathStyle, accessKeyId, secretAccessKey, sessionToken } = settings;
    this.name = `the artifact bucket s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.root = prefix === '' ? '' : `${prefix}/`;
    this.client = new S3Client({
      endPoint: endpoint,
      region,
      bucket,
      pathStyle,
      accessKey: accessKeyId,
      secretKey: secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
  }

  override async check(): Promise<void> {
    const key = `${this.root}probe.${randomUUID()}`;
    await this.ask('be written', async () => this.client.putObject(key, 'probe'));
    await this.ask('be read', async () => (await this.client.getObject(key)).arrayBuffer());
    await this.ask('be listed', async () => this.client.listObjects({ prefix: key, maxResults: 1 }).next());
    await this.ask('be cleared', async () => this.client.deleteObject(key));
  }

  protected override async write(place: ArtifactPlace, bytes: Uint8Array): Promise<void> {
    const content = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    await this.ask('be written', async () =>
      this.client.makeRequest({ method: 'PUT', objectName: this.keyOf(place), payload: content }),
    );
  }

  protected override async load(place: ArtifactPlace): Promise<Buffer> {
    const bytes = await this.ask('be read', async () => {
      const response = await unlessMissing(this.client.getObject(this.keyOf(place)));
      const size = Number(response?.headers.get('content-length') ?? 0);
      if (size <= limits.maxArtifactBytes) return response && Buffer.from(await response.arrayBuffer());
      await response!.body?.cancel();
      return size;
    });
    if (typeof bytes === 'number') throw tooLarge(bytes);
    if (bytes) return bytes;
    const next = 'it was removed, or was written to another store (COC_ARTIFACTS)';
    throw missingArtifact(`there is no artifact ${place.directiveId}.${place.sha256} in ${this.name}; ${next}`);
  }

  protected override async stream(place: ArtifactPlace): Promise<{ stream: Readable; bytes: number } | undefined> {
    const response = await this.ask('be read', async () => unlessMissing(this.client.getObject(this.keyOf(place))));
    if (!response?.body) return undefined;
    const bytes = Number(response.headers.get('content-length') ?? 0);
    return { stream: Readable.fromWeb(response.body), bytes };
  }

  protected override async removeFolder(tenant: string, directiveId: string): Promise<number> {
    const objects = this.client.listObjects({ prefix: `${this.root}${tenant}/${directiveId}/` });
    let removed = 0;
    for (;;) {
      const keys: string[] = [];
      while (keys.length < removeAtOnce) {
        const next = await this.ask('be listed', async () => objects.next());
        if (next.done) break;
        keys.push(next.value.key);
      }
      if (keys.length === 0) return removed;
      // Deleting what is gone answers the same as deleting what was there.
      await this.ask('be cleared', async () => Promise.all(keys.map(async (key) => this.client.deleteObject(key))));
      removed += keys.length;
    }
  }

  private keyOf({ tenant, directiveId, sha256 }: ArtifactPlace): string {
    return `${this.root}${tenant}/${directiveId}/${sha256}`;
  }

  private async ask<T>(doing: string, request: () => Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new LateAnswer()), patienceMs);
    try {
      return await Promise.race([request(), late]);
    } catch (error) {
      const next =
        'check that it runs, that the address and the keys are right (COC_S3_*) and that they may read, write, list and delete';
      throw storeUnavailable(this.name, doing, reasonOf(error), next, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

class LateAnswer extends Error {
  constructor() {
    super(`no answer within ${patienceMs} ms`);
  }
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    // A bucket that is not there is no missing file: it answers 404, too.
    if (error instanceof S3Errors.ServerError && error.statusCode === 404 && error.code !== 'NoSuchBucket')
      return undefined;
    throw error;
  }
}

/** A server's code is a word of S3; its message may hold the address with the request. */
function reasonOf(error: unknown): string {
  if (error instanceof LateAnswer) return error.message;
  if (error instanceof S3Errors.ServerError) return `${error.statusCode} ${error.code}`;
  const cause = (error as { cause?: { code?: string } } | null)?.cause;
  return cause?.code ?? (error instanceof Error ? error.name : 'unknown');
}
