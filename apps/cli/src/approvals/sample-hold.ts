import { HoldView } from '#libs/contracts';
import { sampleId } from '../progress/sample-directive.js';

/** A hold as the server would answer it, checked against the contract; for specs. */
export function aHold(parts: Partial<HoldView> = {}): HoldView {
  return HoldView.parse({
    id: `${sampleId}.2`,
    directiveId: sampleId,
    task: 'mail',
    kind: 'approval',
    since: '2026-11-21T07:00:00.000Z',
    expiresAt: '2026-11-22T07:00:00.000Z',
    requestedBy: 'local',
    action: 'risky.mail',
    actionVersion: '1',
    effect: 'once',
    input: { to: 'all' },
    assignment: {
      agent_id: 'risky.mail',
      version: '1',
      model: null,
      budget: { maxCostUsd: 0.4, maxTokens: 10 },
      timeoutMs: 120_000,
    },
    digest: 'ab'.repeat(32),
    attempt: 0,
    risk: {
      score: 70,
      factors: [
        { factor: 'declared', points: 60, detail: 'high' },
        { factor: 'effect', points: 10, detail: 'once' },
      ],
      reasons: ['The risk score is 70; from 60 on approval is needed.', 'The task is declared high risk.'],
    },
    error: null,
    decision: null,
    ...parts,
  });
}
