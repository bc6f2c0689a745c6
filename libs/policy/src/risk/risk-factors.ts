/** From this score on, the policy `auto` holds a task for a human. */
export const holdFromScore = 60;
export const maxScore = 100;

/**
 * Points of each factor. What a task says about itself, its priority and what its input looks like are as the project set out with
 * them: multiples of 10, and one of 15. Effect and network are facts of the action that its author cannot leave out, so they are
 * small: 9 together, less than the step between any two sums of the others that `auto` decides on. They tell tasks apart below a
 * threshold of one's own, and never push one over 60 that would otherwise run.
 */
export const riskFactors = {
  'declared-low': 10,
  'declared-medium': 30,
  'declared-high': 60,
  'dangerous-pattern': 70,
  'git-push': 20,
  force: 30,
  'priority-critical': 15,
  'effect-pure': 0,
  'effect-keyed': 2,
  'effect-once': 5,
  network: 4,
  /** What was not looked at counts as the worst. */
  unexamined: maxScore,
} as const;
export type RiskFactorName = keyof typeof riskFactors;
