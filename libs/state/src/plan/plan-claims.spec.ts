import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { limits, type Json, type PayloadClaim, type PlannedTask } from '#libs/contracts';
import { fillSpec } from '../payloads/fill-spec.js';
import { encodePlan, encodeTask, parseSpec, replaceInput, type ClaimedValues } from './plan-encoding.js';

const planned: PlannedTask = {
  index: 0,
  id: 'a',
  action: 'test.echo',
  actionVersion: '1',
  effect: 'pure',
  input: null,
  dependsOn: [],
  dependents: [],
  optional: false,
  references: [],
  timeoutMs: 1_000,
  ttlMs: null,
  maxRetries: 2,
  retryDelayMs: 1_000,
  backoff: 'exponential',
  maxRetryDelayMs: 300_000,
  maxCostMicroUsd: 0,
  maxTokens: 0,
  models: [],
  continueOnFailure: false,
  approvalTtlMs: null,
};

const idOf = (index: number): string => `t${index}`;
const claimOf = (value: Json): PayloadClaim => {
  const text = JSON.stringify(value);
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) };
};

/** A store that holds the values of a plan. */
function claimAll(values: readonly Json[]): { claimed: ClaimedValues; load: (claim: PayloadClaim) => Promise<Json> } {
  // As text: JSON has no -0.
  const byHash = new Map(values.map((value) => [claimOf(value).sha256, JSON.stringify(value)]));
  return {
    claimed: new Map(values.map((value) => [value, claimOf(value)])),
    load: async ({ sha256 }) => JSON.parse(byHash.get(sha256)!) as Json,
  };
}

describe('a task whose values lie in the store', () => {
  it('is, filled in, the task without claims, and holds none of the values itself', async () => {
    const values = fc.array(fc.jsonValue(), { minLength: 1 }) as fc.Arbitrary<Json[]>;
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), values, values, fc.boolean(), async (input, items, item, isChild) => {
        const part = isChild ? { parent: 0, item: [...item, 'of-the-child'] } : { forEach: { items, maxItems: 10 } };
        const task: PlannedTask = { ...planned, input: { 'of-the-input': input as Json }, ...part };
        const { claimed, load } = claimAll([task.input, ...(task.item === undefined ? [items] : [task.item])]);
        const plain = encodeTask(task, 0, idOf);
        const { control, spec } = encodeTask(task, 0, idOf, false, { claimed });
        expect(spec).not.toMatch(/of-the-/);
        expect(control).toBe(plain.control);
        expect(await fillSpec(parseSpec(control, spec), load)).toEqual(parseSpec(plain.control, plain.spec));
      }),
    );
  });

  it('is found by the length of its spec', () => {
    const of = (input: Json) =>
      encodePlan({ tasks: [{ ...planned, input }], edges: 0, hash: 'h', roots: [0] }, 0).large.length;
    expect(of('x'.repeat(limits.claimCheckBytes - 1_000))).toBe(0);
    expect(of('x'.repeat(limits.claimCheckBytes))).toBe(1);
    expect(of('é'.repeat(limits.claimCheckBytes / 2))).toBe(1);
  });

  it('loses its claims with the input that a human writes in its place', async () => {
    const { claimed } = claimAll([planned.input]);
    const { control, spec } = encodeTask(planned, 0, idOf, false, { claimed });
    expect(parseSpec(control, replaceInput(spec, [1]))).toMatchObject({ input: [1] });
    expect(parseSpec(control, replaceInput(spec, [1]))).not.toHaveProperty('claims');
    const claim = claimOf('large');
    expect(parseSpec(control, replaceInput(spec, 'large', claim))).toMatchObject({
      input: null,
      claims: { input: claim },
    });
  });
});
