/** How long the model test explores, set by `npm run model`. The same seed every time elsewhere: a build that is red is red again. */
export const modelLength = {
  runs: Number(process.env['COC_MODEL_RUNS'] ?? 2_000),
  seed: Number(process.env['COC_MODEL_SEED'] ?? 20_261_121),
};
