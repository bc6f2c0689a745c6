import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type ApprovalPolicy,
  effects,
  type Json,
  type Priority,
  type RiskLevel,
  type RiskTerms,
} from '#libs/contracts';
import { askedRisk, type RiskSubject } from './asked-risk.js';
import { assessRisk } from './assess-risk.js';
import { decideApproval } from './decide-approval.js';

const levels: readonly RiskLevel[] = ['low', 'medium', 'high'];
const priorities: readonly Priority[] = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const scores = fc.integer({ min: 0, max: 100 });
const policies = fc.oneof(
  fc.constantFrom<ApprovalPolicy>('never', 'on-request', 'auto', 'always'),
  fc.record({ threshold: scores }),
);
const terms: fc.Arbitrary<RiskTerms> = fc.record(
  {
    policy: policies,
    priority: fc.constantFrom(...priorities),
    network: fc.boolean(),
    declared: fc.constantFrom(...levels),
    own: fc.constantFrom(...levels),
  },
  { requiredKeys: ['policy', 'priority', 'network', 'declared'] },
);
const subjects: fc.Arbitrary<RiskSubject> = fc.record({
  action: fc.constantFrom('demo.run', 'git.push', 'files.rm'),
  effect: fc.constantFrom(...effects),
  input: fc.constantFrom<Json>(
    {},
    'prose',
    'git push',
    'git push -f',
    { force: true },
    { args: ['--force'] },
    'rm -rf /',
  ),
  requested: fc.boolean(),
});
const pickOf = <Value>(values: readonly Value[], from: Value) => values.slice(values.indexOf(from));

describe('askedRisk', () => {
  it('tells the score, the factors and why, or nothing at all', () => {
    fc.assert(
      fc.property(subjects, terms, (subject, given) => {
        const assessment = assessRisk({ ...subject, ...given });
        const { policy, priority } = given;
        const { needed, reasons } = decideApproval({ policy, priority, assessment, requested: subject.requested });
        const { score, factors } = assessment;
        expect(askedRisk(subject, given)).toEqual(needed ? { score, factors, reasons } : undefined);
      }),
    );
  });

  it('asks never under "never", always under "always", and when the task does under all others', () => {
    fc.assert(
      fc.property(subjects, terms, (subject, given) => {
        expect(askedRisk(subject, { ...given, policy: 'never' })).toBeUndefined();
        expect(askedRisk(subject, { ...given, policy: 'always' })).toBeDefined();
        expect(askedRisk({ ...subject, requested: true }, given) !== undefined).toBe(given.policy !== 'never');
        const onRequest = askedRisk(subject, { ...given, policy: 'on-request' });
        expect(onRequest !== undefined).toBe(subject.requested);
      }),
    );
  });

  it('asks from the threshold on, and not below it', () => {
    fc.assert(
      fc.property(subjects, terms, scores, (subject, given, threshold) => {
        const { score } = assessRisk({ ...subject, ...given });
        const asks = (from: number) =>
          askedRisk({ ...subject, requested: false }, { ...given, policy: { threshold: from } }) !== undefined;
        expect(asks(threshold)).toBe(score >= threshold);
        expect([asks(score), asks(score + 1)]).toEqual([true, false]);
      }),
    );
  });

  it('asks for whatever it asked for, when any of the terms is worse', () => {
    const worse = fc.tuple(subjects, terms).chain(([subject, given]) =>
      fc.record({
        before: fc.constant({ subject, given }),
        effect: fc.constantFrom(...pickOf(effects, subject.effect)),
        priority: fc.constantFrom(...pickOf(priorities, given.priority)),
        declared: fc.constantFrom(...pickOf(levels, given.declared)),
        own: fc.constantFrom(...pickOf(levels, given.own ?? 'low')),
      }),
    );
    fc.assert(
      fc.property(worse, ({ before: { subject, given }, effect, ...more }) => {
        const before = askedRisk(subject, given);
        const after = askedRisk({ ...subject, effect }, { ...given, ...more, network: true });
        expect(!before || (after !== undefined && after.score >= before.score)).toBe(true);
      }),
    );
  });
});
