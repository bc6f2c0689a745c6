/** One way a reader may go; weights of the ways out of a node are relative to each other. */
export interface Way {
  from: number;
  to: number;
  weight: number;
}

const damping = 0.85;
const maxRounds = 100;
/** Far below the 8 digits that are kept. */
const tolerance = 1e-12;

/**
 * PageRank by power iteration: the share of time a reader spends at each node who follows ways by weight, and starts
 * anew at a random node with probability 0.15 or at a dead end. Sums to 1; 8 digits.
 */
export function rankNodes(count: number, ways: readonly Way[]): number[] {
  const outgoing = new Float64Array(count);
  for (const { from, weight } of ways) outgoing[from]! += weight;
  let scores = new Float64Array(count).fill(1 / count);
  for (let round = 0; round < maxRounds; round += 1) {
    const stranded = scores.reduce((sum, score, at) => (outgoing[at] === 0 ? sum + score : sum), 0);
    const next = new Float64Array(count).fill((1 - damping + damping * stranded) / count);
    for (const { from, to, weight } of ways) next[to]! += (damping * scores[from]! * weight) / outgoing[from]!;
    const change = next.reduce((sum, score, at) => sum + Math.abs(score - scores[at]!), 0);
    scores = next;
    if (change < tolerance) break;
  }
  return Array.from(scores, (score) => Number(score.toFixed(8)));
}
