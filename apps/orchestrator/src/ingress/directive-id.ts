import { createHash, randomBytes } from 'node:crypto';
import { encodeTime, ulid } from 'ulid';
import { formatDirectiveId } from '#libs/contracts';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomChars = 16;
const timeChars = 10;

let pool = Buffer.alloc(0);
let used = 0;

/** ulid asks for a number a character: 16 calls into the system an id were a tenth of a submit. */
function random(): number {
  if (used === pool.length) {
    pool = randomBytes(4_096);
    used = 0;
  }
  used += 1;
  return pool[used - 1]! / 256;
}

/** Without a key: sorts by time, shards in turn of chance. */
export function newDirectiveId(shards: number, shard = Math.floor(Math.random() * shards)): string {
  return formatDirectiveId(shard, ulid(undefined, random));
}

/** With an Idempotency-Key: the same tenant and key give the same id, so that a repeated submit finds its directive. */
export function directiveIdOf(tenant: string, idempotencyKey: string, shards: number, own?: number): string {
  const digest = createHash('sha256').update(`${tenant}\n${idempotencyKey}`).digest();
  const shard = own ?? digest.readUInt32BE(0) % shards;
  // The first character of a ULID is at most 7: 48 bits of time.
  const time = encodeTime(digest.readUIntBE(4, 6) % 2 ** 48, timeChars);
  const rest = Array.from({ length: randomChars }, (_, at) => crockford[digest[10 + at]! % 32]).join('');
  return formatDirectiveId(shard, `${time}${rest}`);
}
