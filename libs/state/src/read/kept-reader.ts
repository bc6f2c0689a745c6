import { CocError, formatTaskIndex, limits, type ArtifactEntry, type Json } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { Keys } from '../keys.js';
import { decodeClaim } from '../payloads/claim-text.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import type { KeptTask, KeptWork } from '../plan/kept-tasks.js';
import { KeptLoad, type KeptFile } from './kept-load.js';
import { TaskOutputs } from './task-outputs.js';

interface StoredTask {
  since?: number;
  first?: number;
  count?: number;
}

type Indexed = Pick<KeptTask, 'index'> & { id: string };
type OwnedArtifact = ArtifactEntry & { task: string };

const tasksAtOnce = 100;

export interface KeptReaderParts {
  redis: Redis;
  keys: Keys;
  payloads: PayloadStore;
  artifacts: ArtifactStore;
}

/** Takes what tasks have made over into another directive: the one that made it may be removed at any time. */
export class KeptReader {
  private readonly outputs: TaskOutputs;

  constructor(private readonly parts: KeptReaderParts) {
    this.outputs = new TaskOutputs(parts.redis, parts.keys, parts.payloads);
  }

  /** Indexes of those that are beyond what is taken over at most, in the order of the list; with the files that their outputs name. */
  async tooLarge(directiveId: string, tasks: readonly Indexed[]): Promise<Set<number>> {
    const all = await this.artifactsOf(directiveId);
    const sizes = await this.sizesOf(directiveId, tasks);
    const files = filesByOwner(all);
    const sized = tasks.map((task, at) => ({ ...task, bytes: sizes[at]!, files: files.get(task.id) ?? [] }));
    const alone = new KeptLoad();
    const [beyond, within] = split(sized, (task) => !alone.take(task.bytes, task.files));
    if (all.size === 0) return new Set(beyond.map(({ index }) => index));
    const load = new KeptLoad();
    for (let from = 0; from < within.length; from += tasksAtOnce) {
      const some = within.slice(from, from + tasksAtOnce);
      const indexes = some.map(({ index }) => index);
      const outputs = await this.outputs.get(directiveId, indexes, limits.maxKeptBytes);
      for (const task of some) {
        const named = filesNamed(textOf(outputs.get(task.index)) ?? '', all);
        if (!load.take(task.bytes, [...task.files, ...named])) beyond.push(task);
      }
    }
    return new Set(beyond.map(({ index }) => index));
  }

  /**
   * Copies their outputs and artifacts to `target`, which is not accepted yet: files first. The address of an artifact that stands in an
   * output is that of the copy then. Throws CHECKPOINT_UNUSABLE when outputs name more files than are taken along, NOT_FOUND when the source is being removed, ARTIFACT_MISSING and the like.
   */
  async copy(
    source: string,
    tasks: readonly Indexed[],
    target: { directiveId: string; tenant: string },
  ): Promise<Pick<KeptWork, 'tasks' | 'artifacts'>> {
    const owners = new Set(tasks.map(({ id }) => id));
    const all = await this.artifactsOf(source);
    const mine = new Map([...all].filter(([, { task }]) => owners.has(ownerOf(task))));
    const kept: KeptTask[] = [];
    for (let from = 0; from < tasks.length; from += tasksAtOnce)
      kept.push(...(await this.copyOutputs(source, tasks.slice(from, from + tasksAtOnce), target, { all, mine })));
    refuseTooMany(source, mine);
    for (const sha256 of mine.keys()) await this.copyFile(source, sha256, target);
    // A removal takes the record away first: as long as it is there, all that was read was whole.
    if ((await this.parts.redis.exists(this.parts.keys.directive(source))) === 0)
      throw new CocError('NOT_FOUND', `there is no directive ${source} any more`);
    return { tasks: kept, artifacts: [...mine].map(([sha256, entry]) => [sha256, JSON.stringify(entry)]) };
  }

  private async copyOutputs(
    source: string,
    tasks: readonly Indexed[],
    { directiveId, tenant }: { directiveId: string; tenant: string },
    files: { all: Map<string, OwnedArtifact>; mine: Map<string, OwnedArtifact> },
  ): Promise<KeptTask[]> {
    const indexes = tasks.map(({ index }) => index);
    const [values, states] = await Promise.all([
      this.outputs.get(source, indexes, limits.maxKeptBytes),
      this.parts.redis.hmget(this.parts.keys.tasks(source), ...indexes.map(formatTaskIndex)),
    ]);
    const kept: KeptTask[] = [];
    for (const [at, index] of indexes.entries()) {
      const { since = 0 } = JSON.parse(states[at] ?? '{}') as StoredTask;
      const text = textOf(values.get(index));
      const output = text === null ? null : readdress(text, source, directiveId, files);
      kept.push({
        index,
        sinceMs: since,
        output: output === null ? null : await this.parts.payloads.shelve(directiveId, output, tenant),
      });
    }
    return kept;
  }

  private async copyFile(
    source: string,
    sha256: string,
    { directiveId, tenant }: { directiveId: string; tenant: string },
  ): Promise<void> {
    await this.parts.payloads.beginUpload(directiveId, tenant);
    await this.parts.artifacts.put(tenant, directiveId, await this.parts.artifacts.read(tenant, source, sha256));
  }

  private async artifactsOf(directiveId: string): Promise<Map<string, OwnedArtifact>> {
    const stored = await this.parts.redis.hgetall(this.parts.keys.artifacts(directiveId));
    return new Map(Object.entries(stored).map(([sha256, text]) => [sha256, JSON.parse(text) as OwnedArtifact]));
  }

  private async sizesOf(directiveId: string, tasks: readonly Indexed[]): Promise<number[]> {
    const sizes: number[] = [];
    for (let from = 0; from < tasks.length; from += tasksAtOnce) {
      const some = tasks.slice(from, from + tasksAtOnce);
      sizes.push(...(await Promise.all(some.map(async ({ index }) => this.bytesOf(directiveId, index)))));
    }
    return sizes;
  }

  private async bytesOf(directiveId: string, index: number): Promise<number> {
    const key = this.parts.keys.tasks(directiveId);
    const field = formatTaskIndex(index);
    const [text, bytes] = await Promise.all([this.parts.redis.hget(key, field), this.lengthOf(key, field)]);
    const { first, count } = JSON.parse(text ?? '{}') as StoredTask;
    if (bytes > 0 || first === undefined || count === undefined) return bytes;
    const children = Array.from({ length: count }, (_, at) => formatTaskIndex(first + at));
    const lengths = await Promise.all(children.map(async (child) => this.lengthOf(key, child)));
    // As the list they make: `null` for one without an output, a comma behind each, the brackets.
    return lengths.reduce((sum, length) => sum + (length === 0 ? 4 : length) + 1, 1);
  }

  /** Of the value itself where the record has a claim to it, which is short. */
  private async lengthOf(key: string, index: string): Promise<number> {
    const field = `${index}:output`;
    const bytes = await this.parts.redis.hstrlen(key, field);
    if (bytes === 0 || bytes > claimChars) return bytes;
    return decodeClaim((await this.parts.redis.hget(key, field)) ?? '')?.bytes ?? bytes;
  }
}

/** Counted when it was decided what is kept; more only when tasks of it have gone on since. */
function refuseTooMany(source: string, files: ReadonlyMap<string, OwnedArtifact>): void {
  const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
  if (files.size <= limits.maxKeptArtifacts && bytes <= limits.maxKeptBytes) return;
  throw new CocError(
    'CHECKPOINT_UNUSABLE',
    `what is kept of ${source} names ${files.size} artifacts with ${bytes} bytes, which is more than is taken along; retry it from start`,
  );
}

/** `claim:`, a SHA-256 and a length. */
const claimChars = 100;

function textOf(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** A child's file is its fan-out's. */
function ownerOf(task: string): string {
  return task.replace(/\[\d+\]$/, '');
}

/** What a task and its children have made. */
function filesByOwner(all: ReadonlyMap<string, OwnedArtifact>): Map<string, KeptFile[]> {
  const files = [...all].map(([sha256, { task, bytes }]) => ({ sha256, bytes, owner: ownerOf(task) }));
  return Map.groupBy(files, ({ owner }) => owner);
}

/** By what the text has, not by what there is: 20,000 files in 5 MB of outputs held a process up for 7 s. */
function filesNamed(text: string, all: ReadonlyMap<string, OwnedArtifact>): KeptFile[] {
  const sums = new Set([...text.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)].map(([sha256]) => sha256));
  return [...sums].flatMap((sha256) => (all.has(sha256) ? [{ sha256, bytes: all.get(sha256)!.bytes }] : []));
}

function split<T>(list: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const { first = [], second = [] } = Object.groupBy(list, (item) => (isFirst(item) ? 'first' : 'second'));
  return [first, second];
}

/** Two tasks may have made the same file, and the record names one: a file that an output names is taken along, too. */
function readdress(
  text: string,
  source: string,
  target: string,
  { all, mine }: { all: Map<string, OwnedArtifact>; mine: Map<string, OwnedArtifact> },
): string {
  if (all.size === 0) return text;
  for (const { sha256 } of filesNamed(text, all)) if (!mine.has(sha256)) mine.set(sha256, all.get(sha256)!);
  return text.replaceAll(new RegExp(`${source}\\.([0-9a-f]{64})`, 'g'), (address, sha256: string) =>
    mine.has(sha256) ? `${target}.${sha256}` : address,
  );
}
