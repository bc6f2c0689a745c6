import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  ActionRecord,
  effects,
  type ApprovalPolicy,
  type Json,
  type PlannedTask,
  type Priority,
  type RiskLevel,
} from '#libs/contracts';
import { houseRulesFor } from './house-rules.js';
import { planApproval } from './plan-approval.js';
import type { PlanRequest } from './plan-request.js';
import { askedRisk } from './risk/index.js';

interface Situation {
  policy: ApprovalPolicy | undefined;
  priority: Priority | undefined;
  allowHighRisk: boolean | undefined;
  action: ActionRecord;
  own: RiskLevel | undefined;
  approval: boolean | undefined;
}

const levels = fc.constantFrom<RiskLevel>('low', 'medium', 'high');
const policies = fc.oneof(
  fc.constantFrom<ApprovalPolicy>('never', 'on-request', 'auto', 'always'),
  fc.record({ threshold: fc.integer({ min: 0, max: 100 }) }),
);
const maybe = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const situations: fc.Arbitrary<Situation> = fc.record({
  policy: maybe(policies),
  priority: maybe(fc.constantFrom<Priority>('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  allowHighRisk: maybe(fc.boolean()),
  action: fc
    .record({ effect: fc.constantFrom(...effects), network: fc.boolean(), risk: levels })
    .map((facts) => ActionRecord.parse({ name: 'test.any', ...facts })),
  own: maybe(levels),
  approval: maybe(fc.boolean()),
});
const inputs = fc.constantFrom<Json>({}, 'prose', 'git push', 'git push -f origin x', { force: true }, [
  'rm',
  '-rf',
  '/',
]);

function approvalOf(given: Situation, input?: Json, isDynamic = false): Pick<PlannedTask, 'risk' | 'riskTerms'> {
  const { policy, priority, allowHighRisk, action, own, approval } = given;
  const request: PlanRequest = {
    tasks: [],
    ...(policy !== undefined && { policies: { approval: policy } }),
    ...(priority !== undefined && { priority }),
    ...(allowHighRisk !== undefined && {
      house: houseRulesFor({ models: [], allowHighRisk, maxConcurrentDirectives: 0, tenants: {} }, 't'),
    }),
  };
  const task = {
    id: 't',
    action: action.name,
    ...(own !== undefined && { risk: own }),
    ...(approval !== undefined && { approval }),
    ...(input !== undefined && { input }),
  };
  return planApproval(request, task, action, isDynamic);
}

describe('planApproval', () => {
  it('asks nobody under "never", now or later, and everybody under "always"', () => {
    fc.assert(
      fc.property(situations, inputs, fc.boolean(), (given, input, isDynamic) => {
        expect(approvalOf({ ...given, policy: 'never' }, input, isDynamic)).toEqual({});
        const asked = approvalOf({ ...given, policy: 'always' }, input, isDynamic);
        expect(asked).toHaveProperty(isDynamic ? 'riskTerms.policy' : 'risk.reasons');
      }),
    );
  });

  it('asks for a task that asks, whatever else holds but "never"', () => {
    fc.assert(
      fc.property(situations, inputs, (given, input) => {
        fc.pre(given.policy !== 'never');
        const asking = { ...given, approval: true };
        expect(approvalOf(asking, input).risk?.reasons).toContain('The task asks for approval.');
        expect(approvalOf(asking, input, true).riskTerms?.requested).toBe(true);
      }),
    );
  });

  it("asks by a policy of the directive's own whatever the operator allows, and by the default policy only if he does not", () => {
    fc.assert(
      fc.property(situations, inputs, fc.boolean(), (given, input, isDynamic) => {
        const allowed = approvalOf({ ...given, allowHighRisk: true }, input, isDynamic);
        const isDefault = given.policy === undefined || given.policy === 'auto';
        const same: Situation = { ...given, allowHighRisk: false, policy: isDefault ? 'on-request' : given.policy };
        expect(allowed).toEqual(approvalOf(same, input, isDynamic));
      }),
    );
  });

  it('takes what is not said for the default: auto, MEDIUM, {}, not asked for', () => {
    fc.assert(
      fc.property(situations, fc.boolean(), (given, isDynamic) => {
        const { policy = 'auto', priority = 'MEDIUM', allowHighRisk = false, approval = false } = given;
        const said = { ...given, policy, priority, allowHighRisk, approval };
        expect(approvalOf(given, undefined, isDynamic)).toEqual(approvalOf(said, {}, isDynamic));
      }),
    );
  });

  it('decides at once when the input is known, and else at dispatch alone: never by a template', () => {
    fc.assert(
      fc.property(situations, inputs, (given, input) => {
        expect(approvalOf(given, input).riskTerms).toBeUndefined();
        expect(approvalOf(given, input, true).risk).toBeUndefined();
      }),
    );
  });

  it('decides at dispatch as it would have at submit, had the input been known', () => {
    fc.assert(
      fc.property(situations, inputs, inputs, (given, template, input) => {
        const { riskTerms } = approvalOf(given, template, true);
        const { name: action, effect } = given.action;
        const subject = { action, effect, input, requested: riskTerms?.requested === true };
        const atDispatch = riskTerms && askedRisk(subject, riskTerms);
        expect(atDispatch).toEqual(approvalOf(given, input).risk);
      }),
      { numRuns: 500 },
    );
  });
});
