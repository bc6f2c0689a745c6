import { describe, expect, it } from '@jest/globals';
import { decideWorkflowForIntent } from './decide-workflow.js';

const workflows = [
  {
    name: 'index-docs',
    description: 'Index a folder of Markdown documents and answer questions',
    keywords: ['index', 'knowledge graph', 'markdown'],
  },
  {
    name: 'code-change',
    description: 'Generate a change, build it and test it',
    keywords: ['refactor', 'fix', 'build'],
  },
  { name: 'deploy', description: 'Bring a build to production', keywords: ['deploy', 'release', 'roll out'] },
];

describe('decideWorkflowForIntent', () => {
  it.each([
    ['Please index the docs in ./handbook', 'index-docs'],
    ['make me a KNOWLEDGE graph', 'index-docs'],
    ['Fix the failing test and build again', 'code-change'],
    ['roll out version 3 to production', 'deploy'],
    ['deploys', 'deploy'],
  ])('reads %j as %s', (intent, name) => {
    expect(decideWorkflowForIntent(intent, workflows)).toEqual({ name });
  });

  it.each([
    [
      'write a poem about the sea',
      'the intent matches no workflow; known workflows: "index-docs", "code-change", "deploy"',
    ],
    ['what is the graph?', 'matches no workflow'],
    ['', 'matches no workflow'],
    ['fix and release', '"code-change" and "deploy" equally'],
  ])('refuses %j with what to write instead', (intent, message) => {
    expect(decideWorkflowForIntent(intent, workflows)).toEqual({
      failure: { code: 'WORKFLOW_UNKNOWN', message: expect.stringContaining(message) },
    });
  });

  it('does not depend on the order of the workflows', () => {
    const intent = 'index and build and deploy the release';
    expect(decideWorkflowForIntent(intent, workflows.toReversed())).toEqual(decideWorkflowForIntent(intent, workflows));
  });

  it('says so when there is no workflow at all', () => {
    expect(decideWorkflowForIntent('index', [])).toEqual({
      failure: { code: 'WORKFLOW_UNKNOWN', message: expect.stringContaining('no workflow is known') },
    });
  });
});
