import { createHash } from 'node:crypto';
import { CocError, limits, type Json, type PayloadClaim } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import { missingArtifact } from '../artifacts/artifact-errors.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { Keys } from '../keys.js';
import { claimFields } from './claimed-fields.js';
import { decodeClaim, encodeClaim } from './claim-text.js';
import { UploadRegister } from './upload-register.js';

/** A fan-out may bring one large value 5,000 times within seconds; it is written once in this time. */
const rememberMs = 60_000;
const remembered = 1_000;

/** Whether a JSON text is to lie in the artifact store. A text of few characters is not counted. */
export function isLarge(text: string): boolean {
  return text.length * 3 > limits.claimCheckBytes && Buffer.byteLength(text) > limits.claimCheckBytes;
}

/** Keeps values over 32 KiB in the artifact store of their directive: what is stored in Redis is a claim to them. */
export class PayloadStore {
  private readonly tenants = new Map<string, string>();
  private readonly writtenAtMs = new Map<string, number>();
  private readonly uploads: UploadRegister;
  /** Directives that are not accepted yet and have files. */
  private readonly uploading = new Set<string>();

  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.uploads = new UploadRegister(redis, keys);
  }

  /** The text itself when it is short, else the text of a claim to it. `tenant` is needed of a directive that is not accepted yet. */
  async shelve(directiveId: string, text: string, tenant?: string): Promise<string> {
    return isLarge(text) ? encodeClaim(await this.put(directiveId, text, tenant)) : text;
  }

  /** The JSON text of a part of a directive's record, its large fields replaced by claims. */
  async shelveFields(directiveId: string, recordText: string, tenant?: string): Promise<string> {
    if (!isLarge(recordText)) return recordText;
    return claimFields(recordText, async (text) => (isLarge(text) ? this.put(directiveId, text, tenant) : undefined));
  }

  /** Resolves when the value is durable. Throws ARTIFACT_STORE_UNAVAILABLE. */
  async put(directiveId: string, text: string, tenant?: string): Promise<PayloadClaim> {
    const content = Buffer.from(text);
    const claim = { sha256: createHash('sha256').update(content).digest('hex'), bytes: content.byteLength };
    const name = `${directiveId}.${claim.sha256}`;
    if (performance.now() - (this.writtenAtMs.get(name) ?? -rememberMs) < rememberMs) return claim;
    if (tenant !== undefined) await this.beginUpload(directiveId, tenant);
    await this.artifacts.put(tenant ?? (await this.tenantOf(directiveId)), directiveId, content);
    if (this.writtenAtMs.size >= remembered) this.writtenAtMs.clear();
    this.writtenAtMs.set(name, performance.now());
    return claim;
  }

  /** Its files are no longer those of an upload. */
  async accepted(directiveId: string, tenant: string): Promise<void> {
    // What stays listed is looked at by a sweep.
    if (this.uploading.has(directiveId)) await this.uploads.end({ tenant, directiveId }).catch(() => undefined);
  }

  /** Writes what comes of the directive, though it was written before: one that had its id may take the files along when it is removed. */
  forget(directiveId: string): void {
    this.uploading.delete(directiveId);
    for (const name of this.writtenAtMs.keys()) if (name.startsWith(`${directiveId}.`)) this.writtenAtMs.delete(name);
  }

  /** The value of a stored text, be it JSON or a claim. */
  async valueOf(directiveId: string, text: string): Promise<Json> {
    const claim = decodeClaim(text);
    return claim ? this.load(directiveId, claim) : (JSON.parse(text) as Json);
  }

  /** Throws ARTIFACT_MISSING, ARTIFACT_CORRUPT or ARTIFACT_STORE_UNAVAILABLE. */
  async load(directiveId: string, { sha256 }: PayloadClaim): Promise<Json> {
    const bytes = await this.artifacts.read(await this.tenantOf(directiveId), directiveId, sha256);
    try {
      return JSON.parse(bytes.toString('utf8')) as Json;
    } catch (cause) {
      const detail = `the artifact ${directiveId}.${sha256} is no JSON, and a value was claimed of it`;
      throw new CocError('ARTIFACT_CORRUPT', detail, [], { cause });
    }
  }

  /** Before a file of a directive is written that is not accepted yet. */
  async beginUpload(directiveId: string, tenant: string): Promise<void> {
    if (this.uploading.has(directiveId)) return;
    await this.uploads.begin({ tenant, directiveId });
    this.uploading.add(directiveId);
  }

  /** Read only where a large value is at hand: nothing that is small costs this round trip. */
  private async tenantOf(directiveId: string): Promise<string> {
    const known = this.tenants.get(directiveId);
    if (known !== undefined) return known;
    const tenant = await this.redis.hget(this.keys.directive(directiveId), 'tenant');
    if (tenant === null)
      throw missingArtifact(`there is no directive ${directiveId} any more, and so no artifact of it`);
    if (this.tenants.size >= remembered) this.tenants.clear();
    this.tenants.set(directiveId, tenant);
    return tenant;
  }
}
