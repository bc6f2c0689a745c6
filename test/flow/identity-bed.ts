import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreatedKey, type Json } from '#libs/contracts';
import type { HttpFront } from './http-front-bed.js';

interface Operation {
  operationId: string;
  security?: object[];
}

/** One operation of the API, as its description names it. */
export interface Route {
  name: string;
  method: string;
  path: string;
  isOpen: boolean;
}

/** Every operation there is: one that is added is among them by itself. */
export function allRoutes(): Route[] {
  const file = join(import.meta.dirname, '../../docs/openapi.json');
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId, security }]) => ({
      name: operationId,
      method: method.toUpperCase(),
      path,
      isOpen: security === undefined,
    })),
  );
}

export function bearer(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}

export async function makeKey(front: HttpFront, wish: Record<string, Json>, as = front.owner): Promise<CreatedKey> {
  const answer = await front.call('POST', '/keys', wish, as);
  if (answer.status !== 201) throw new Error(`no key: ${answer.status} ${answer.text}`);
  return CreatedKey.parse(answer.json);
}
