import type { Type } from '@nestjs/common';
import { AnswerPrompt } from './answer-prompt/answer-prompt.action.js';
import { AnswerQuestion } from './answer-question/answer-question.action.js';
import { BuildGraph } from './build-graph/build-graph.action.js';
import { CollectDocuments } from './collect-documents/collect-documents.action.js';
import { EmbedDocument } from './embed-document/embed-document.action.js';
import { ReportIndex } from './report-index/report-index.action.js';

/** Every action of this repository. */
export const actionControllers: Type[] = [
  CollectDocuments,
  EmbedDocument,
  BuildGraph,
  ReportIndex,
  AnswerQuestion,
  AnswerPrompt,
];
