/** How many shards this installation serves: a class, so that Nest can hand it over. */
export class ServedShards {
  constructor(readonly count: number) {}
}
