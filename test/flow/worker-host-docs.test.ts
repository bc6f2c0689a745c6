import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { actionControllers } from '../../apps/workers/src/actions/action-controllers.js';
import { AgentProvider } from '../../apps/workers/src/actions/answer-prompt/agent.provider.js';
import { openProvider } from '../../apps/workers/src/actions/answer-prompt/open-provider.js';
import type { AnswerOutput } from '../../apps/workers/src/actions/answer-question/answer-question.schema.js';
import type { CollectOutput } from '../../apps/workers/src/actions/collect-documents/collect-documents.schema.js';
import type { EmbedOutput } from '../../apps/workers/src/actions/embed-document/embed-document.schema.js';
import type { GraphOutput } from '../../apps/workers/src/actions/build-graph/build-graph.schema.js';
import type { ReportOutput } from '../../apps/workers/src/actions/report-index/report-index.schema.js';
import { formatDirectiveId } from '#libs/contracts';
import { maxDocumentBytes } from '../../apps/workers/src/documents/source-folder.js';
import { SourceFolders } from '../../apps/workers/src/documents/source-folders.js';
import type { WorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { ulid } from 'ulid';
import { WorkerStage } from './worker-host.stage.js';

const files = {
  'README.md': [
    '# Lighthouse',
    'Start with the [guide](docs/guide.md#lamp) and `libs/lamp`.',
    'See [nothing](docs/gone.md), [a place](docs/guide.md#nowhere), [the code](src/lamp.ts), [docs](docs/).',
    'Also [elsewhere](https://example.org/x.md) and [outside](../secret.md).',
  ],
  'docs/README.md': ['# Documents', 'All about the [lighthouse](../README.md).'],
  'docs/guide.md': [
    '# Keeper’s guide',
    '',
    '## Lamp',
    'The lamp is lit at dusk by the keeper. `libs/lamp` holds the rules.',
    '',
    '## Fog',
    'In fog the horn sounds twice a minute. A lost ship is reported to the harbour at once.',
  ],
  'docs/empty.md': [],
  'src/lamp.ts': ['export {};'],
  'node_modules/other/README.md': ['# Not ours'],
  '.hidden/notes.md': ['# Not ours'],
};

let stage: WorkerStage;
let host: WorkerHost;
let folder: string;

/** One for all tasks: they hand each other artifacts. */
const directiveId = formatDirectiveId(0, ulid());

async function output<T>(action: string, input: unknown): Promise<T> {
  return ((await stage.outputOf(action, { input, directiveId })) as { output: T }).output;
}

async function indexFolder() {
  const collected = await output<CollectOutput>('docs.collect', { folder });
  const documents = await Promise.all(
    collected.documents.map((document) => output<EmbedOutput>('rag.embed', { folder, document })),
  );
  const graph = await output<GraphOutput>('kg.build', { folder, documents });
  const report = await output<ReportOutput>('docs.report', { folder, documents, graph });
  return { collected, documents, graph, report };
}

async function artifact(sha256: string): Promise<string> {
  return readFile(join(stage.env().dataDir, 'artifacts', 'local', directiveId, sha256), 'utf8');
}

beforeAll(async () => {
  stage = await WorkerStage.set();
  folder = await mkdtemp(join(tmpdir(), 'coc-docs-'));
  for (const [path, lines] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), lines.join('\n'));
  }
  await symlink(tmpdir(), join(folder, 'docs', 'way-out'));
  const provider = { provide: AgentProvider, useValue: await openProvider(stage.env().agent) };
  const rules = { roots: [folder, '/no', '/proc/self/fd', dirname(stage.env().dataDir)], dataDir: stage.env().dataDir };
  const folders = { provide: SourceFolders, useValue: new SourceFolders(rules) };
  host = await stage.boot({}, actionControllers, [provider, folders]);
});

afterAll(async () => {
  await host?.close();
  await stage?.strike();
  await rm(folder, { recursive: true, force: true });
});

describe('docs.collect', () => {
  it('lists the Markdown files, sorted, without what is not ours', async () => {
    const { documents, omitted } = await output<CollectOutput>('docs.collect', { folder });
    expect(documents.map(({ path, title }) => [path, title])).toEqual([
      ['README.md', 'Lighthouse'],
      ['docs/README.md', 'Documents'],
      ['docs/empty.md', 'empty.md'],
      ['docs/guide.md', 'Keeper’s guide'],
    ]);
    expect(omitted).toBe(0);
  });

  it('says how many it left out over the limit', async () => {
    const { documents, omitted } = await output<CollectOutput>('docs.collect', { folder, maxDocuments: 3 });
    expect([documents.length, omitted]).toEqual([3, 1]);
  });

  it.each([
    ['there is no folder', '/no/such/folder', 'FOLDER_MISSING'],
    ['the folder holds no Markdown', '/proc/self/fd', 'NO_DOCUMENTS'],
    ['the path is not absolute', 'docs', 'INPUT_INVALID'],
    ['the folder is not open', '/etc', 'FOLDER_NOT_OPEN'],
    ['it is not said whether a folder that is not open is there', '/etc/gone', 'FOLDER_NOT_OPEN'],
    ['a way back leads out of an open folder', '/proc/self/fd/../../..', 'FOLDER_NOT_OPEN'],
  ])('fails for good when %s', async (_, missing, code) => {
    expect(await stage.failOf('docs.collect', { input: { folder: missing } })).toMatchObject({
      code,
      class: 'permanent',
    });
  });
});

describe('rag.embed', () => {
  it('never reads in the data folder, though it lies in one that is open', async () => {
    const { dataDir } = stage.env();
    await writeFile(join(dataDir, 'owner.md'), 'a key');
    const [above, inside] = [dirname(dataDir), relative(dirname(dataDir), join(dataDir, 'owner.md'))];
    const failOf = async (root: string, path: string) =>
      stage.failOf('rag.embed', { input: { folder: root, document: { path } } });
    expect(await failOf(dataDir, 'owner.md')).toMatchObject({ code: 'FOLDER_NOT_OPEN' });
    expect(await failOf(above, inside)).toMatchObject({ code: 'DOCUMENT_MISSING' });
  });

  it('reads Markdown files only, and no pipe, which would never end', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'pipe.md')]);
    for (const path of ['src/lamp.ts', 'pipe.md', 'docs']) {
      const failure = await stage.failOf('rag.embed', { input: { folder, document: { path } } });
      expect(failure).toMatchObject({ code: 'DOCUMENT_MISSING' });
    }
    await rm(join(folder, 'pipe.md'));
  });

  it('fails for good for a document over the limit', async () => {
    await writeFile(join(folder, 'docs', 'large.md'), 'a'.repeat(maxDocumentBytes + 1));
    const failure = await stage.failOf('rag.embed', { input: { folder, document: { path: 'docs/large.md' } } });
    expect(failure).toMatchObject({ code: 'DOCUMENT_TOO_LARGE', class: 'permanent' });
    await rm(join(folder, 'docs', 'large.md'));
  });

  it('fails for good for a document that is gone or lies outside the folder', async () => {
    for (const path of ['gone.md', '../../etc/passwd', 'docs/way-out']) {
      const failure = await stage.failOf('rag.embed', { input: { folder, document: { path } } });
      expect(failure).toMatchObject({ code: 'DOCUMENT_MISSING', class: 'permanent' });
    }
  });
});

describe('the actions of docs.index, one after the other', () => {
  it('count what they found', async () => {
    const { documents, graph, report } = await indexFolder();
    expect(documents.map(({ path, headings, chunks }) => [path, headings, chunks])).toEqual([
      ['README.md', 1, 1],
      ['docs/README.md', 1, 1],
      ['docs/empty.md', 0, 0],
      ['docs/guide.md', 3, 2],
    ]);
    expect(graph).toMatchObject({ nodes: 10, brokenLinks: 2 });
    expect(report).toMatchObject({ documents: 4, chunks: 4 });
  });

  it('name the links that lead nowhere, and only those', async () => {
    const { report } = await indexFolder();
    expect(report.brokenLinks).toEqual([
      { path: 'README.md', line: 3, target: 'docs/gone.md', reason: 'there is no such file' },
      { path: 'README.md', line: 3, target: 'docs/guide.md#nowhere', reason: 'docs/guide.md has no heading #nowhere' },
    ]);
  });

  it('give the same artifacts for the same files', async () => {
    const [first, second] = [await indexFolder(), await indexFolder()];
    expect(second).toEqual(first);
  });

  it('write a report for people', async () => {
    const { report } = await indexFolder();
    const text = await artifact(report.markdownArtifact);
    expect(text).toContain(`# Index of ${folder}`);
    expect(text).toContain('4 documents');
    expect(text).toContain('| README.md:3 | `docs/gone.md` | there is no such file |');
    expect(text).toContain('`libs/lamp`');
  });
});

describe('docs.answer', () => {
  it('answers in the words of the documents, with the place', async () => {
    const { report } = await indexFolder();
    const { answer, passages } = await output<AnswerOutput>('docs.answer', {
      index: report.indexArtifact,
      question: 'Who is told when ships get lost?',
    });
    expect(answer).toBe('A lost ship is reported to the harbour at once. (docs/guide.md:7)');
    expect(passages[0]).toMatchObject({ path: 'docs/guide.md', heading: 'Fog', line: 7 });
  });

  it('says so when nothing fits', async () => {
    const { report } = await indexFolder();
    const question = 'zyxwv?';
    expect(await output('docs.answer', { index: report.indexArtifact, question })).toEqual({
      answer: 'Nothing in this index matches the question.',
      passages: [],
    });
  });

  it('fails for good on an artifact that is no index, or is none at all', async () => {
    const { report } = await indexFolder();
    const ask = async (index: string) =>
      (await stage.failOf('docs.answer', { input: { index, question: 'why?' } }))['code'];
    expect(await ask(`${directiveId}.${report.markdownArtifact}`)).toBe('ARTIFACT_UNSUITABLE');
    expect(await ask('0'.repeat(64))).toBe('ARTIFACT_MISSING');
    expect(await ask('../../etc/passwd')).toBe('ARTIFACT_MISSING');
  });
});

describe('agent.worker', () => {
  it('answers as its role and reports what it spent', async () => {
    const input = { prompt: 'Do something', mock: { costUsd: 0.25 } };
    expect(await stage.outputOf('agent.worker', { input, maxCostUsd: 1 })).toMatchObject({
      output: { role: 'worker', model: 'mock', text: expect.stringContaining('worker to: Do something') },
      usage: { costUsd: 0.25, tokens: expect.any(Number) },
    });
  });

  it('is stopped when it spends more than it was granted', async () => {
    const input = { prompt: 'Do something', mock: { costUsd: 2 } };
    expect(await stage.failOf('agent.worker', { input, maxCostUsd: 1 })).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });
});
