import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ApprovalPolicy, Priority, RiskLevel } from '#libs/contracts';
import { type ApprovalFacts, decideApproval } from './decide-approval.js';

const given = (policy: ApprovalPolicy, score: number, more: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
  policy,
  assessment: { score, declared: 'low' },
  priority: 'MEDIUM',
  requested: false,
  ...more,
});
const asks = 'The task asks for approval.';
const scores = (score: number, threshold = 60) =>
  `The risk score is ${score}; from ${threshold} on approval is needed.`;

const anyFacts: fc.Arbitrary<ApprovalFacts> = fc.record({
  policy: fc.oneof(
    fc.constantFrom<ApprovalPolicy>('never', 'on-request', 'auto', 'always'),
    fc.record({ threshold: fc.integer({ min: 0, max: 100 }) }),
  ),
  assessment: fc.record({
    score: fc.integer({ min: 0, max: 100 }),
    declared: fc.constantFrom<RiskLevel>('low', 'medium', 'high'),
  }),
  priority: fc.constantFrom<Priority>('LOW', 'MEDIUM', 'HIGH', 'CRITICAL'),
  requested: fc.boolean(),
});

describe('decideApproval', () => {
  it.each<[string, ApprovalFacts, string[]]>([
    ['auto below 60', given('auto', 59), []],
    ['auto from 60', given('auto', 60), [scores(60)]],
    [
      'auto, declared high',
      given('auto', 64, { assessment: { score: 64, declared: 'high' } }),
      [scores(64), 'The task is declared high risk.'],
    ],
    ['auto, CRITICAL', given('auto', 25, { priority: 'CRITICAL' }), ['The directive is CRITICAL.']],
    ['auto, HIGH', given('auto', 25, { priority: 'HIGH' }), []],
    ['auto, asked for', given('auto', 10, { requested: true }), [asks]],
    ['on-request, not asked for', given('on-request', 100, { priority: 'CRITICAL' }), []],
    ['on-request, asked for', given('on-request', 0, { requested: true }), [asks]],
    ['always', given('always', 0), ['The policy asks for approval of every task.']],
    ['never', given('never', 100, { requested: true, priority: 'CRITICAL' }), []],
    ['a threshold not reached', given({ threshold: 81 }, 80, { priority: 'CRITICAL' }), []],
    ['a threshold reached', given({ threshold: 80 }, 80), [scores(80, 80)]],
    ['a threshold of 0', given({ threshold: 0 }, 0), [scores(0, 0)]],
    ['a threshold, asked for', given({ threshold: 100 }, 10, { requested: true }), [asks]],
  ])('%s', (_, facts, reasons) => {
    expect(decideApproval(facts)).toEqual({ needed: reasons.length > 0, reasons });
  });

  it('holds what asks for it under every policy but never, and nothing under never', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { needed, reasons } = decideApproval({ ...facts, requested: true });
        expect(needed).toBe(facts.policy !== 'never');
        expect(reasons.length > 0).toBe(needed);
      }),
    );
  });

  it('never lets a task go that it held with less risk', () => {
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 0, max: 100 }), (facts, more) => {
        const score = Math.min(100, facts.assessment.score + more);
        const after = decideApproval({ ...facts, assessment: { ...facts.assessment, score } });
        expect(after.needed || !decideApproval(facts).needed).toBe(true);
      }),
    );
  });

  it('holds everything under "always"', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(decideApproval({ ...facts, policy: 'always' }).needed).toBe(true);
      }),
    );
  });

  it('takes a threshold for just that: from it on, and at no other score unless the task asks', () => {
    const threshold = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(anyFacts, threshold, (facts, least) => {
        const { needed } = decideApproval({ ...facts, policy: { threshold: least } });
        expect(needed).toBe(facts.requested || facts.assessment.score >= least);
      }),
    );
  });

  it('holds under "auto" what a higher priority or a higher declared risk would not have let go', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const auto = { ...facts, policy: 'auto' } as const;
        const { needed } = decideApproval(auto);
        const declaredHigh = { ...auto, assessment: { ...auto.assessment, declared: 'high' } } as const;
        expect(decideApproval(declaredHigh).needed).toBe(true);
        expect(decideApproval({ ...auto, priority: 'CRITICAL' }).needed).toBe(true);
        const isCalm =
          facts.assessment.score < 60 && facts.assessment.declared !== 'high' && facts.priority !== 'CRITICAL';
        expect(needed).toBe(facts.requested || !isCalm);
      }),
    );
  });
});
