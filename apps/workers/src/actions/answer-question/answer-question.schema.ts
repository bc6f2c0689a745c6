import { z } from 'zod';

export const AnswerInput = z.strictObject({
  /** `indexArtifact` of `docs.report`; of a report in another directive `<directiveId>.<indexArtifact>`. */
  index: z.string(),
  question: z.string().min(1).max(2_000),
});
export type AnswerInput = z.output<typeof AnswerInput>;

const AnswerPassage = z.object({
  path: z.string(),
  /** The headings it stands under, joined by " > ". */
  heading: z.string(),
  line: z.number().int(),
  /** From 0 to 1; 1 is first by words, by vectors and by graph. */
  score: z.number(),
  text: z.string(),
});
export type AnswerPassage = z.infer<typeof AnswerPassage>;

export const AnswerOutput = z.object({ answer: z.string(), passages: z.array(AnswerPassage) });
export type AnswerOutput = z.infer<typeof AnswerOutput>;
