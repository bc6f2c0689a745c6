import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHttpServer } from '#libs/testing';

const run = promisify(execFile);
const version = 'v1.8.0';
const program = 'github.com/versity/versitygw/cmd/versitygw';
const bucket = 'coc-test';
const keys = { accessKeyId: 'test-key-id', secretAccessKey: 'test-secret-of-40-characters-or-nearly' };

/** An S3 server that checks signatures, over a folder. */
export interface S3Server {
  url: string;
  bucket: string;
  keys: typeof keys;
  /** Where it keeps the objects of the bucket: a key is a path. */
  folder: string;
  stop(): Promise<void>;
}

/** Built once a machine from its source by Go, which takes two minutes. Throws where there is no Go. */
async function ensureBinary(): Promise<string> {
  const folder = join(homedir(), '.cache', 'chain-of-command', `versitygw-${version}`);
  const binary = join(folder, 'versitygw');
  if (existsSync(binary)) return binary;
  await mkdir(folder, { recursive: true });
  try {
    // Go's own installer puts it beside PATH.
    const path = `${process.env['PATH'] ?? ''}:/usr/local/go/bin`;
    await run('env', [`PATH=${path}`, `GOBIN=${folder}`, 'go', 'install', `${program}@${version}`], {
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (cause) {
    throw new Error(`the S3 server of this test is built with Go 1.24 or newer, and that failed: is Go installed?`, {
      cause,
    });
  }
  return binary;
}

async function isAnswering(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await isAnswering(url))) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`);
    if (performance.now() > deadline) throw new Error('versitygw did not answer within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startVersityGateway(): Promise<S3Server> {
  const binary = await ensureBinary();
  const data = await mkdtemp(join(tmpdir(), 'coc-s3-'));
  const folder = join(data, bucket);
  await mkdir(folder);
  const { port } = await freePort();
  const flags = ['--access', keys.accessKeyId, '--secret', keys.secretAccessKey, '--port', `127.0.0.1:${port}`];
  const child = spawn(binary, [...flags, 'posix', data], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    await rm(data, { recursive: true, force: true });
  };
  await waitUntilReady(child, url);
  return { url, bucket, keys, folder, stop };
}

async function freePort(): Promise<{ port: number }> {
  await using server = await startHttpServer(() => undefined);
  return { port: server.port };
}
