import type { Way } from './rank-nodes.js';

const maxRounds = 20;

interface Ties {
  neighbours: Map<number, number>[];
  strength: number[];
  total: number;
}

function tiesOf(count: number, ways: readonly Way[]): Ties {
  const neighbours = Array.from({ length: count }, () => new Map<number, number>());
  for (const { from, to, weight } of ways) {
    if (from === to) continue;
    neighbours[from]!.set(to, (neighbours[from]!.get(to) ?? 0) + weight);
    neighbours[to]!.set(from, (neighbours[to]!.get(from) ?? 0) + weight);
  }
  const strength = neighbours.map((ties) => [...ties.values()].reduce((sum, weight) => sum + weight, 0));
  return { neighbours, strength, total: strength.reduce((sum, weight) => sum + weight, 0) };
}

/** The community whose ties to the node exceed chance the most; the own one when none is better. */
function bestCommunityOf(node: number, ties: Ties, communityOf: readonly number[], sizes: readonly number[]): number {
  const weights = new Map<number, number>([[communityOf[node]!, 0]]);
  for (const [other, weight] of ties.neighbours[node]!) {
    const community = communityOf[other]!;
    weights.set(community, (weights.get(community) ?? 0) + weight);
  }
  const gainOf = (community: number, weight: number) =>
    weight - (ties.strength[node]! * sizes[community]!) / ties.total;
  let best = communityOf[node]!;
  let bestGain = gainOf(best, weights.get(best)!);
  for (const [community, weight] of [...weights].toSorted(([a], [b]) => a - b)) {
    const gain = gainOf(community, weight);
    if (gain > bestGain + 1e-9) [best, bestGain] = [community, gain];
  }
  return best;
}

/**
 * Groups of nodes that are tied to each other more than chance would tie them: the first phase of the Louvain method,
 * in the order of the nodes, so that the same graph gives the same groups. Returns positions; larger groups first.
 */
export function findCommunities(count: number, ways: readonly Way[]): number[][] {
  const ties = tiesOf(count, ways);
  const communityOf = Array.from({ length: count }, (_, node) => node);
  const sizes = [...ties.strength];
  for (let round = 0, moves = 1; moves > 0 && round < maxRounds; round += 1) {
    moves = 0;
    for (let node = 0; node < count; node += 1) {
      const own = communityOf[node]!;
      sizes[own]! -= ties.strength[node]!;
      const best = ties.total === 0 ? own : bestCommunityOf(node, ties, communityOf, sizes);
      sizes[best]! += ties.strength[node]!;
      communityOf[node] = best;
      if (best !== own) moves += 1;
    }
  }
  const groups = Map.groupBy(communityOf.keys(), (node) => communityOf[node]!);
  return [...groups.values()].toSorted((left, right) => right.length - left.length || left[0]! - right[0]!);
}
