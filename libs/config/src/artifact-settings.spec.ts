import { describe, expect, it } from '@jest/globals';
import { EnvError, loadEnv } from './env.js';

const keys = { COC_S3_ACCESS_KEY_ID: 'id', COC_S3_SECRET_ACCESS_KEY: 'hidden' };

function problemsOf(variables: Record<string, string>): string {
  try {
    loadEnv(variables);
    return '';
  } catch (error) {
    return (error as EnvError).message;
  }
}

describe('where artifacts are kept', () => {
  it('is a folder of the data folder, whatever AWS variables are about', () => {
    expect(loadEnv({ COC_DATA_DIR: '/d', AWS_ACCESS_KEY_ID: 'x', AWS_ENDPOINT_URL: 'nonsense' }).artifacts).toEqual({
      folder: '/d/artifacts',
      bucket: undefined,
    });
  });

  it('is a bucket, by default of AWS', () => {
    expect(loadEnv({ ...keys, COC_ARTIFACTS: 's3://my-bucket', AWS_REGION: 'eu-west-1' }).artifacts.bucket).toEqual({
      bucket: 'my-bucket',
      prefix: '',
      endpoint: 'https://s3.eu-west-1.amazonaws.com',
      region: 'eu-west-1',
      pathStyle: false,
      accessKeyId: 'id',
      secretAccessKey: 'hidden',
      sessionToken: undefined,
    });
  });

  it('is a bucket of another server, with a path in place of a host name for it', () => {
    const aws = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' };
    const ours = { COC_ARTIFACTS: 's3://bucket/some/prefix/', COC_S3_ENDPOINT: 'http://127.0.0.1:9000' };
    expect(loadEnv({ ...aws, ...ours }).artifacts.bucket).toMatchObject({
      prefix: 'some/prefix',
      pathStyle: true,
      accessKeyId: 'a',
      sessionToken: 'c',
    });
    // No token of one family with a key of the other.
    expect(loadEnv({ ...aws, ...ours, ...keys }).artifacts.bucket).toMatchObject({
      accessKeyId: 'id',
      sessionToken: undefined,
    });
    expect(loadEnv({ ...aws, ...ours, COC_S3_PATH_STYLE: '0' }).artifacts.bucket).toMatchObject({ pathStyle: false });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ COC_ARTIFACTS: '/some/folder', ...keys }, /COC_ARTIFACTS: must be s3:/],
    [{ COC_ARTIFACTS: 's3://b/../x', ...keys, COC_S3_ENDPOINT: 'ftp://x' }, /COC_S3_ENDPOINT/],
    [{ COC_ARTIFACTS: 's3://bucket' }, /COC_S3_ACCESS_KEY_ID: .*COC_S3_SECRET_ACCESS_KEY: /],
    [{ COC_ARTIFACTS: 's3://bucket', ...keys, AWS_ENDPOINT_URL: 'nonsense' }, /COC_S3_ENDPOINT: must be/],
  ])('refuses %j without repeating a secret', (variables, message) => {
    expect(problemsOf(variables)).toMatch(message);
    expect(problemsOf(variables)).not.toContain('hidden');
  });
});
