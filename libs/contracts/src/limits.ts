/** Hard limits of the wire. Every refusal prints the limit it met. Sources: DESIGN section 3 and 6. */
export const limits = {
  maxTasks: 10_000,
  maxEdges: 50_000,
  maxSubmitBytes: 8 * 1024 * 1024,
  maxBodyBytes: 1024 * 1024,
  maxJsonDepth: 32,
  /** A list reads them of hundreds of directives. */
  maxLabels: 64,
  maxOutputBytes: 1024 * 1024,
  maxInputBytes: 4 * 1024 * 1024,
  /** Of an action whose workers fetch claims: as much as a submit may have. */
  maxClaimedInputBytes: 8 * 1024 * 1024,
  /** A value whose JSON is longer lies in the artifact store, and Redis holds a claim to it. */
  claimCheckBytes: 32 * 1024,
  maxErrorMessageChars: 2_000,
  maxLogLines: 1_000,
  maxLogLineChars: 4_000,
  maxArtifactBytes: 64 * 1024 * 1024,
  maxFanOut: 5_000,
  defaultFanOut: 1_000,
  maxTtlMs: 30 * 24 * 3_600_000,
  /** How far ahead a start may be set. */
  maxRunAheadMs: 366 * 24 * 3_600_000,
  /** A directive created stopped is started within this, or ends as TIMEOUT. */
  startWithinMs: 30 * 24 * 3_600_000,
  maxTimeoutMs: 24 * 3_600_000,
  maxRetries: 100,
  /** Of one directive: all of them are told of its end in one script. */
  maxChildren: 200,
  /** A child of a child is 2 deep. */
  maxChildDepth: 5,
  maxWebhooks: 50,
  maxDirectiveWebhooks: 5,
  /** A longer event is told to a webhook without its `data`. */
  maxDeliveryBytes: 64 * 1024,
  /** Integers beyond this lose digits in Redis' Lua JSON encoder (14 significant digits). */
  maxMicroUsd: 99_999_999_999_999,
  /** A request is answered within this, if only by saying that it is not known what came of it. */
  answerWithinMs: 15_000,
  /** Checkpoints of a directive that are kept. */
  keptCheckpoints: 100,
  /** Outputs and artifacts that a retry takes over from the directive before: what is beyond is made anew. */
  maxKeptBytes: 256 * 1024 * 1024,
  maxKeptArtifacts: 1_000,
  /** Tasks or edges one Lua script touches at most, so that no script runs over 10 ms. */
  scriptChunk: 500,
} as const;
