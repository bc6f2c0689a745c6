import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Principal } from '#libs/contracts';
import { refuseApprover, type ApproverFacts } from './decide-approver.js';

type Role = Principal['roles'][number];

const actors = fc.constantFrom('ann', 'bob', '');
const roleLists = fc.subarray<Role>(['viewer', 'operator', 'approver', 'admin']);
const powers = fc.constantFrom<Role>('approver', 'admin');
const scores = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 100 }), fc.constantFrom(59, 60, 100));

function facts(actor: string, roles: Role[], requestedBy: string, score: number | null): ApproverFacts {
  return { principal: { tenant: 'local', actor, roles }, requestedBy, score };
}

describe('refuseApprover', () => {
  it('lets nobody answer who is neither approver nor admin', () => {
    const powerless = fc.subarray<Role>(['viewer', 'operator']);
    fc.assert(
      fc.property(actors, powerless, actors, scores, fc.boolean(), (actor, roles, requestedBy, score, isYes) => {
        expect(refuseApprover(facts(actor, roles, requestedBy, score), isYes)).toContain('neither the role');
      }),
    );
  });

  it('lets nobody say yes to a high risk of his own, whatever roles he has', () => {
    const high = fc.integer({ min: 60, max: 100 });
    fc.assert(
      fc.property(actors, roleLists, high, (actor, roles, score) => {
        expect(refuseApprover(facts(actor, roles, actor, score), true)).toEqual(expect.stringContaining(actor));
      }),
    );
  });

  it('lets whoever has a role say no, also to his own', () => {
    fc.assert(
      fc.property(actors, roleLists, powers, actors, scores, (actor, roles, power, requestedBy, score) => {
        expect(refuseApprover(facts(actor, [...roles, power], requestedBy, score), false)).toBeUndefined();
      }),
    );
  });

  it("lets whoever has a role say yes to another's risk of any height, and to what is no high risk of his own", () => {
    fc.assert(
      fc.property(actors, roleLists, powers, actors, scores, (actor, roles, power, requestedBy, score) => {
        fc.pre(actor !== requestedBy || score === null || score < 60);
        expect(refuseApprover(facts(actor, [...roles, power], requestedBy, score), true)).toBeUndefined();
      }),
    );
  });

  it('refuses nobody for having a role more, and allows nobody for a higher risk', () => {
    fc.assert(
      fc.property(
        actors,
        roleLists,
        roleLists,
        actors,
        scores,
        fc.boolean(),
        (actor, roles, more, by, score, isYes) => {
          const isAllowed = (given: ApproverFacts) => refuseApprover(given, isYes) === undefined;
          const before = isAllowed(facts(actor, roles, by, score));
          expect(before && !isAllowed(facts(actor, [...roles, ...more], by, score))).toBe(false);
          expect(!before && isAllowed(facts(actor, roles, by, 100))).toBe(false);
        },
      ),
    );
  });
});
