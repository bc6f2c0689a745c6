import { join } from 'node:path';
import { z } from 'zod';

const blankIsUnset = (value: unknown): unknown => (value === '' ? undefined : value);
const text = z.preprocess(blankIsUnset, z.string().optional());
const address = z.preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).optional());

/** A bucket's name, and below it a folder: a prefix of the keys. */
const bucketAddress = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w.-]+(?:\/[\w.-]+)*))?\/?$/;

/** Where artifacts are kept. Our own names go before those of AWS, which other programs on the machine may be meant by. */
export const artifactVariables = {
  COC_ARTIFACTS: z
    .preprocess(
      blankIsUnset,
      z
        .string()
        .regex(bucketAddress, 'must be s3://bucket or s3://bucket/prefix; not set, it is a folder in COC_DATA_DIR')
        .optional(),
    )
    .describe('Bucket of artifacts, s3://bucket or s3://bucket/prefix; not set, they lie in COC_DATA_DIR.'),
  COC_S3_ENDPOINT: address.describe(
    'Address of the S3 server; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS itself.',
  ),
  COC_S3_REGION: text.describe('Region of the bucket; else AWS_REGION, AWS_DEFAULT_REGION, else us-east-1.'),
  COC_S3_PATH_STYLE: z
    .enum(['0', '1', 'true', 'false', ''])
    .optional()
    .describe(
      '1: https://endpoint/bucket, the default with an endpoint; 0: https://bucket.endpoint, the default with AWS.',
    ),
  COC_S3_ACCESS_KEY_ID: text.describe('Id of the key to the bucket; else the three of AWS.'),
  COC_S3_SECRET_ACCESS_KEY: text.describe('Secret of the key to the bucket.'),
  COC_S3_SESSION_TOKEN: text.describe('Token of a temporary key to the bucket.'),
  AWS_ENDPOINT_URL_S3: text.describe('Stands in for COC_S3_ENDPOINT.'),
  AWS_ENDPOINT_URL: text.describe('Stands in for AWS_ENDPOINT_URL_S3.'),
  AWS_REGION: text.describe('Stands in for COC_S3_REGION.'),
  AWS_DEFAULT_REGION: text.describe('Stands in for AWS_REGION.'),
  AWS_ACCESS_KEY_ID: text.describe('Stands in for COC_S3_ACCESS_KEY_ID, where neither key of ours is set.'),
  AWS_SECRET_ACCESS_KEY: text.describe('Stands in for COC_S3_SECRET_ACCESS_KEY, where neither key of ours is set.'),
  AWS_SESSION_TOKEN: text.describe('Stands in for COC_S3_SESSION_TOKEN, where neither key of ours is set.'),
};
const ArtifactVariables = z.object(artifactVariables);
type Raw = z.output<typeof ArtifactVariables>;

interface BucketSettings {
  bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  prefix: string;
  endpoint: string;
  region: string;
  /** `https://endpoint/bucket` in place of `https://bucket.endpoint`. */
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

export interface ArtifactSettings {
  /** Used when there is no bucket. */
  folder: string;
  bucket: BucketSettings | undefined;
}

export function artifactSettings(raw: Raw, dataDir: string): ArtifactSettings {
  return { folder: join(dataDir, 'artifacts'), bucket: bucketSettings(raw) };
}

/** What is wrong with a bucket that is named: variable and reason. The variables of AWS are looked at only then. */
export function problemsOfBucket(raw: Raw): [name: string, reason: string][] {
  if (raw.COC_ARTIFACTS === undefined) return [];
  const { id, secret } = keysOf(raw);
  const endpoint = endpointOf(raw);
  const isAddress = endpoint === undefined || /^https?:$/.test(URL.parse(endpoint)?.protocol ?? '');
  return [
    ...(id === undefined ? [['COC_S3_ACCESS_KEY_ID', neededWith('AWS_ACCESS_KEY_ID')] as [string, string]] : []),
    ...(secret === undefined
      ? [['COC_S3_SECRET_ACCESS_KEY', neededWith('AWS_SECRET_ACCESS_KEY')] as [string, string]]
      : []),
    ...(isAddress ? [] : [['COC_S3_ENDPOINT', 'must be an http or https address'] as [string, string]]),
  ];
}

function neededWith(other: string): string {
  return `is needed with COC_ARTIFACTS, or ${other}`;
}

function endpointOf(raw: Raw): string | undefined {
  return raw.COC_S3_ENDPOINT ?? raw.AWS_ENDPOINT_URL_S3 ?? raw.AWS_ENDPOINT_URL;
}

function bucketSettings(raw: Raw): BucketSettings | undefined {
  const [, bucket, prefix = ''] = bucketAddress.exec(raw.COC_ARTIFACTS ?? '') ?? [];
  if (bucket === undefined) return undefined;
  const named = endpointOf(raw);
  const region = raw.COC_S3_REGION ?? raw.AWS_REGION ?? raw.AWS_DEFAULT_REGION ?? 'us-east-1';
  const { id, secret, token } = keysOf(raw);
  return {
    bucket,
    prefix,
    endpoint: named ?? `https://s3.${region}.amazonaws.com`,
    region,
    pathStyle: isPathStyle(raw.COC_S3_PATH_STYLE, named !== undefined),
    accessKeyId: id ?? '',
    secretAccessKey: secret ?? '',
    sessionToken: token,
  };
}

/** Most servers other than AWS have no name for each bucket. */
function isPathStyle(said: Raw['COC_S3_PATH_STYLE'], hasEndpoint: boolean): boolean {
  return said === undefined || said === '' ? hasEndpoint : said === '1' || said === 'true';
}

/** All of one family: a key of ours with a token of somebody else's would be refused by the server. */
function keysOf(raw: Raw): { id?: string | undefined; secret?: string | undefined; token?: string | undefined } {
  const isOurs = raw.COC_S3_ACCESS_KEY_ID !== undefined || raw.COC_S3_SECRET_ACCESS_KEY !== undefined;
  return isOurs
    ? { id: raw.COC_S3_ACCESS_KEY_ID, secret: raw.COC_S3_SECRET_ACCESS_KEY, token: raw.COC_S3_SESSION_TOKEN }
    : { id: raw.AWS_ACCESS_KEY_ID, secret: raw.AWS_SECRET_ACCESS_KEY, token: raw.AWS_SESSION_TOKEN };
}
