import type { RequestListener } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { checkArtifactStore, openArtifactStore, type ArtifactStore } from '#libs/state';
import { startHttpServer } from '#libs/testing';
import { newDirective } from './artifact-store-contract.js';

const secret = 'a-secret-that-must-not-be-told';

const storeAt = (endpoint: string): ArtifactStore =>
  openArtifactStore({
    folder: '/nowhere',
    bucket: {
      bucket: 'coc-test',
      prefix: '',
      endpoint,
      region: 'us-east-1',
      pathStyle: true,
      accessKeyId: 'id',
      secretAccessKey: secret,
      sessionToken: 'a-token-that-must-not-be-told',
    },
  });

async function faultOf(answer: RequestListener): Promise<{ error: Record<string, unknown>; warnings: unknown }> {
  await using server = await startHttpServer(answer);
  const store = storeAt(server.url);
  const error: Record<string, unknown> = await store.put('local', newDirective(), 'x').then(
    () => ({}),
    (thrown: object) => ({ ...thrown }),
  );
  const warnings = await checkArtifactStore(store).catch((thrown: Error) => thrown.message);
  return { error, warnings };
}

/** A server that is there and does not do what it is asked: what a real one does, and says, when it is ill. */
describe('a bucket whose server', () => {
  it('is ill now is told with its code, and does not keep a process from starting', async () => {
    const { error, warnings } = await faultOf((_, response) => {
      response.writeHead(503).end(`<Error><Code>SlowDown</Code><Message>sign with ${secret}</Message></Error>`);
    });
    expect(error).toMatchObject({ code: 'ARTIFACT_STORE_UNAVAILABLE', status: 503 });
    expect(error['detail']).toMatch(
      /^the artifact bucket s3:\/\/coc-test cannot be written just now \(503 SlowDown\); check/,
    );
    expect(warnings).toEqual([expect.stringMatching(/values over 32 KiB wait/)]);
    expect(JSON.stringify([error['detail'], warnings])).not.toContain('must-not-be-told');
  });

  it('does not let us in keeps a process from starting', async () => {
    const { warnings } = await faultOf((_, response) => {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
    });
    expect(warnings).toMatch(/^Artifacts cannot be kept: .*403 AccessDenied/);
  });

  it('breaks the connection, or is not there, is told by the word of the system', async () => {
    const { error } = await faultOf((request) => void request.socket.destroy());
    expect(error['detail']).toMatch(/\((UND_ERR_SOCKET|ECONNRESET)\)/);
    const { url } = await startHttpServer(() => undefined).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server;
    });
    await expect(storeAt(url).read('local', newDirective(), 'a'.repeat(64))).rejects.toMatchObject({
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
