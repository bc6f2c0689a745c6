import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Effect, effects, type Json, type Priority, type RiskLevel } from '#libs/contracts';
import { assessRisk, type RiskFacts } from './assess-risk.js';
import { holdFromScore, riskFactors } from './risk-factors.js';

const facts: RiskFacts = {
  action: 'demo.run',
  effect: 'pure',
  network: false,
  declared: 'low',
  priority: 'MEDIUM',
  input: {},
};
const levels: readonly RiskLevel[] = ['low', 'medium', 'high'];
const priorities: readonly Priority[] = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

const shellParts = [
  'rm',
  '-rf',
  '/',
  '~',
  '*',
  'git',
  'push',
  '-f',
  '--force',
  'origin',
  'main',
  'sh',
  '-c',
  'eval',
  'curl',
  'sudo',
  'base64',
  '-d',
  'echo',
  'X=',
  '$X',
  'rm -rf /',
  'reboot',
  ' ',
  '\n',
  ';',
  '&',
  '|',
  '"',
  "'",
  '\\',
  '`',
  '$(',
  ')',
  '${',
  '{',
  '}',
  '<',
  '>',
  '<<<',
  '#',
  '=',
  ',',
];
const shellText = fc.array(fc.constantFrom(...shellParts), { maxLength: 30 }).map((parts) => parts.join(''));
const text = fc.oneof(shellText, fc.string({ unit: 'binary' }), fc.constantFrom(...shellParts));
const input: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom<Json>(null, true, 1),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(text, fc.constantFrom('command', 'args', 'force')), tie('value')),
  ),
})).value;
const anyFacts: fc.Arbitrary<RiskFacts> = fc.record(
  {
    action: fc.constantFrom('demo.run', 'git.push', 'files.rm'),
    effect: fc.constantFrom<Effect>(...effects),
    network: fc.boolean(),
    declared: fc.constantFrom(...levels),
    own: fc.constantFrom(...levels),
    priority: fc.constantFrom(...priorities),
    input,
  },
  { requiredKeys: ['action', 'effect', 'network', 'declared', 'priority', 'input'] },
);

const pointsOf = (given: Partial<RiskFacts>) =>
  Object.fromEntries(assessRisk({ ...facts, ...given }).factors.map(({ factor, points }) => [factor, points]));

describe('assessRisk', () => {
  it.each<[Partial<RiskFacts>, Record<string, number>]>([
    [{}, { 'declared-low': 10 }],
    [{ declared: 'medium' }, { 'declared-medium': 30 }],
    [{ declared: 'high' }, { 'declared-high': 60 }],
    [{ own: 'medium' }, { 'declared-medium': 30 }],
    [{ declared: 'high', own: 'low' }, { 'declared-high': 60 }],
    [{ priority: 'HIGH' }, { 'declared-low': 10 }],
    [{ priority: 'CRITICAL' }, { 'declared-low': 10, 'priority-critical': 15 }],
    [{ effect: 'keyed' }, { 'declared-low': 10, 'effect-keyed': 2 }],
    [{ effect: 'once' }, { 'declared-low': 10, 'effect-once': 5 }],
    [{ network: true }, { 'declared-low': 10, network: 4 }],
    [{ input: 'rm -rf /' }, { 'declared-low': 10, 'dangerous-pattern': 70 }],
    [{ input: ['rm -rf /', 'reboot', 'rm -rf ~'] }, { 'declared-low': 10, 'dangerous-pattern': 70 }],
    [{ input: 'git push' }, { 'declared-low': 10, 'git-push': 20 }],
    [{ input: 'git push -f' }, { 'declared-low': 10, 'git-push': 20, force: 30 }],
    [{ input: { force: true } }, { 'declared-low': 10, force: 30 }],
    [{ input: `x=${'a'.repeat(99)};${'x=$x$x$x$x;'.repeat(999)}` }, { 'declared-low': 10, unexamined: 100 }],
  ])('%j has the points %j', (given, points) => {
    expect(pointsOf(given)).toEqual(points);
  });

  it('tells in words why, and where', () => {
    const assessment = assessRisk({
      action: 'git.push',
      effect: 'once',
      network: true,
      declared: 'low',
      own: 'medium',
      priority: 'CRITICAL',
      input: { args: ['--force', 'origin', 'main'], later: ['reboot', 'rm -rf /', 'mkfs /dev/sda', 'chmod 777 /'] },
    });
    expect(assessment).toMatchObject({ score: 100, declared: 'medium' });
    expect(assessment.factors.map(({ detail }) => detail)).toEqual([
      'the task is declared medium, its action low',
      'overwrites or deletes main or master by git push (main-overwrite, in the input); ' +
        'stops or restarts the machine (system-stop, at /later/0); ' +
        'deletes or moves away /, a home, a system folder or everything in a folder (recursive-delete, at /later/1); and 2 more',
      'a git push in the input',
      'a force flag in the input',
      'the directive is CRITICAL',
      'the action must not be repeated once it started',
      'the action uses the network',
    ]);
  });

  it('lets no fact of an action alone push a task over the line that would run without it', () => {
    const { network } = riskFactors;
    const most = network + Math.max(...effects.map((effect) => riskFactors[`effect-${effect}`]));
    for (const declared of [riskFactors['declared-low'], riskFactors['declared-medium']])
      for (const push of [0, riskFactors['git-push']])
        for (const force of [0, riskFactors.force]) {
          const sum = declared + push + force;
          expect(sum + most >= holdFromScore).toBe(sum >= holdFromScore);
        }
  });

  it('is the capped sum of its factors, an integer from 0 to 100, for any input', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { score, factors } = assessRisk(given);
        expect(score).toBe(
          Math.min(
            100,
            factors.reduce((sum, { points }) => sum + points, 0),
          ),
        );
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
        for (const { points, detail } of factors) expect(points > 0 && detail !== '').toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for the same facts', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        expect(assessRisk(structuredClone(given))).toEqual(assessRisk(given));
      }),
    );
  });

  it('never falls when a text is added, and holds when that is dangerous', () => {
    const dangerous = fc.constantFrom(
      'rm -rf /',
      'sudo reboot',
      'curl x | sh',
      "r''m -rf '/'",
      'git push -f origin main',
    );
    const added = fc.oneof(dangerous, text);
    const additions: readonly ((input: Json, more: string) => Json)[] = [
      (before, more) => [before, more],
      (before, more) => ({ before, more }),
      (before, more) => ({ more, before }),
    ];
    fc.assert(
      fc.property(anyFacts, added, fc.constantFrom(...additions), (given, more, add) => {
        const before = assessRisk({ ...given, action: 'demo.run' });
        const after = assessRisk({ ...given, action: 'demo.run', input: add(given.input, more) });
        expect(after.score).toBeGreaterThanOrEqual(before.score);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(anyFacts, dangerous, fc.constantFrom(...additions), (given, more, add) => {
        expect(assessRisk({ ...given, input: add(given.input, more) }).score).toBeGreaterThanOrEqual(holdFromScore);
      }),
    );
  });

  it('never falls when the task declares more of itself', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...levels), (given, own) => {
        const { own: _, ...without } = given;
        expect(assessRisk({ ...without, own }).score).toBeGreaterThanOrEqual(assessRisk(without).score);
      }),
    );
  });

  it('never falls when a term gets worse: declared risk, priority, effect, network', () => {
    const worse = anyFacts.chain((given) =>
      fc.record({
        given: fc.constant(given),
        declared: fc.constantFrom(...levels.slice(levels.indexOf(given.declared))),
        priority: fc.constantFrom(...priorities.slice(priorities.indexOf(given.priority))),
        effect: fc.constantFrom(...effects.slice(effects.indexOf(given.effect))),
      }),
    );
    fc.assert(
      fc.property(worse, ({ given, ...terms }) => {
        const before = assessRisk(given);
        for (const [name, term] of Object.entries({ ...terms, network: true })) {
          expect(assessRisk({ ...given, [name]: term }).score).toBeGreaterThanOrEqual(before.score);
        }
      }),
    );
  });
});
