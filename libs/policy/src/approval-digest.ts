import { createHash } from 'node:crypto';
import type { HoldView, Json } from '#libs/contracts';
import { canonicalJson } from './canonical-json.js';

/** What an approval is about: change any of it and it is about something else. */
export interface ApprovalSubject {
  action: string;
  version: string;
  input: Json;
  assignment: HoldView['assignment'];
}

/** SHA-256 in hex over the canonical JSON. */
export function approvalDigest({ action, version, input, assignment }: ApprovalSubject): string {
  return createHash('sha256').update(canonicalJson({ action, version, input, assignment })).digest('hex');
}
