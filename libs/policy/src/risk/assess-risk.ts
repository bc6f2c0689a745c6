import type { Effect, Json, Priority, RiskLevel } from '#libs/contracts';
import { type Place, pointerOf } from './collect-texts.js';
import { dangers } from './dangerous-patterns.js';
import { type InputFindings, inspectInput } from './inspect-input.js';
import type { SharedWork } from './work-meter.js';
import { maxScore, type RiskFactorName, riskFactors } from './risk-factors.js';

export interface RiskFacts {
  action: string;
  effect: Effect;
  network: boolean;
  /** The action's risk in the catalog. */
  declared: RiskLevel;
  /** The task's own; it can only make the risk higher. */
  own?: RiskLevel;
  priority: Priority;
  input: Json;
}

export interface RiskFactor {
  factor: RiskFactorName;
  points: number;
  detail: string;
}

export interface RiskAssessment {
  /** Integer from 0 to 100: the sum of the factors' points, at most 100. */
  score: number;
  declared: RiskLevel;
  factors: RiskFactor[];
}

const levels: readonly RiskLevel[] = ['low', 'medium', 'high'];
const effectDetails: Readonly<Record<Effect, string>> = {
  pure: '',
  keyed: 'the action changes something, and repeats safely with its effect key',
  once: 'the action must not be repeated once it started',
};
const maxDangersNamed = 3;

/** The risk of a task from 0 to 100, each point explained. Pure and linear in the size of the input, whatever it holds. */
export function assessRisk(facts: RiskFacts, shared?: SharedWork): RiskAssessment {
  const declared = higherOf(facts.declared, facts.own ?? 'low');
  const factors = [
    factor(`declared-${declared}`, declaredDetail(facts, declared)),
    ...factorsOfInput(inspectInput(facts.action, facts.input, shared)),
    ...(facts.priority === 'CRITICAL' ? [factor('priority-critical', 'the directive is CRITICAL')] : []),
    factor(`effect-${facts.effect}`, effectDetails[facts.effect]),
    ...(facts.network ? [factor('network', 'the action uses the network')] : []),
  ].filter(({ points }) => points > 0);
  const sum = factors.reduce((total, { points }) => total + points, 0);
  return { score: Math.min(maxScore, sum), declared, factors };
}

function factor(name: RiskFactorName, detail: string): RiskFactor {
  return { factor: name, points: riskFactors[name], detail };
}

function higherOf(left: RiskLevel, right: RiskLevel): RiskLevel {
  return levels.indexOf(left) >= levels.indexOf(right) ? left : right;
}

function declaredDetail(facts: RiskFacts, declared: RiskLevel): string {
  return facts.declared === declared
    ? `the action is declared ${declared}`
    : `the task is declared ${declared}, its action ${facts.declared}`;
}

function factorsOfInput({ dangers: found, gitPush, force, unexamined }: InputFindings): RiskFactor[] {
  const factors: RiskFactor[] = [];
  if (found.size > 0) factors.push(factor('dangerous-pattern', dangerDetail(found)));
  if (gitPush) factors.push(factor('git-push', `a git push ${placed(gitPush)}`));
  if (force) factors.push(factor('force', `a force flag ${placed(force)}`));
  if (unexamined) factors.push(factor('unexamined', `too entangled to be examined to its end ${placed(unexamined)}`));
  return factors;
}

function dangerDetail(found: InputFindings['dangers']): string {
  const named = [...found]
    .slice(0, maxDangersNamed)
    .map(([danger, place]) => `${dangers[danger]} (${danger}, ${placed(place)})`);
  const more = found.size - named.length;
  return named.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function placed(place: Place): string {
  const pointer = pointerOf(place);
  return pointer === '' ? 'in the input' : `at ${pointer}`;
}
