import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { readRecord } from '../../documents/document-record.js';
import { ActionContext } from '../../host/action-context.js';
import { Action } from '../../host/action.decorator.js';
import { DocsIndex } from '../../retrieval/docs-index.js';
import { AnswerInput, AnswerOutput } from './answer-question.schema.js';
import { answerQuestion } from './answer-question.js';

@Controller()
export class AnswerQuestion {
  @Action('docs.answer', {
    description:
      'Answers a question from an index of `docs.report`, in the documents’ own words and with their places.',
    effect: 'pure',
    input: AnswerInput,
    output: AnswerOutput,
  })
  async answer(@Payload() input: AnswerInput, @Ctx() context: ActionContext): Promise<AnswerOutput> {
    return answerQuestion(await readRecord(context.artifacts, input.index, DocsIndex), input.question);
  }
}
