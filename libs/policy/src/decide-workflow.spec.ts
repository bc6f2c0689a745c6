import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideWorkflowForIntent, type WorkflowChoice } from './decide-workflow.js';

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

const known = ['index', 'build', 'deploy', 'graph', 'test', 'release'];
const phrases = fc.array(fc.constantFrom(...known, 'and', 'the', 'x'), { maxLength: 6 });
const described = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('one', 'two', 'three', 'index-build'),
    description: phrases.map((words) => words.join(' ')),
    keywords: fc.array(
      fc.array(fc.constantFrom(...known), { minLength: 1, maxLength: 2 }).map((words) => words.join(' ')),
      { maxLength: 3 },
    ),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
);

describe('the choice', () => {
  it('is one of the workflows or a failure, the same in any order of them and of the words', () => {
    fc.assert(
      fc.property(phrases, described, (words, given) => {
        const choice = decideWorkflowForIntent(words.join(' '), given);
        const turned = decideWorkflowForIntent(words.toReversed().join(' '), given.toReversed());
        const outcomeOf = (one: WorkflowChoice) => ('name' in one ? one.name : one.failure.code);
        expect(outcomeOf(turned)).toBe(outcomeOf(choice));
        expect(['WORKFLOW_UNKNOWN', ...given.map(({ name }) => name)]).toContain(outcomeOf(choice));
      }),
    );
  });

  it('is not changed by words said again, said louder, or that mean nothing', () => {
    fc.assert(
      fc.property(phrases, described, (words, given) => {
        const choice = decideWorkflowForIntent(words.join(' '), given);
        const said = [...words, ...words.map((word) => word.toUpperCase()), 'please', 'THE', 'unheard'].join(', ');
        expect(decideWorkflowForIntent(said, given)).toEqual(choice);
        expect(decideWorkflowForIntent(words.join(' ').toUpperCase(), given)).toEqual(choice);
      }),
    );
  });

  it('falls on a workflow whose keyword is said, when no other has any of the words', () => {
    fc.assert(
      fc.property(phrases, described, fc.constantFrom('migrate', 'translate it all'), (words, given, keyword) => {
        const others = given.map((workflow) => ({
          ...workflow,
          name: `${workflow.name}-x`,
          description: '',
          keywords: [],
        }));
        const chosen = { name: 'zebra', description: words.join(' '), keywords: [keyword] };
        expect(decideWorkflowForIntent(`now ${keyword}`, [...others, chosen])).toEqual({ name: 'zebra' });
        const half = { ...chosen, keywords: [`${keyword} afresh`] };
        expect(decideWorkflowForIntent(`now ${keyword}`, [...others, half])).toHaveProperty('failure');
      }),
    );
  });

  it('is never a guess: of two that are alike in everything but the name, neither is taken', () => {
    fc.assert(
      fc.property(phrases, described, (words, given) => {
        const twins = given.flatMap((workflow, at) => [
          { ...workflow, name: `q${at}` },
          { ...workflow, name: `z${at}` },
        ]);
        expect(decideWorkflowForIntent(words.join(' '), twins)).toHaveProperty('failure.code', 'WORKFLOW_UNKNOWN');
      }),
    );
  });
});
