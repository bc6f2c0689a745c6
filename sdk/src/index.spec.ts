import { expect, it } from '@jest/globals';
import * as actual from './index.js';

type Declared = typeof import('../chain-of-command.d.ts');

// The types are what this is about: `npm run check` fails when a declaration and its implementation differ.
const declared: Declared = actual;

it('exports what the declarations say, and nothing else', () => {
  const names: Record<keyof Declared, true> = {
    ChainOfCommandError: true,
    DetachedError: true,
    DirectiveFailedError: true,
    DirectiveRefusedError: true,
    EmbeddedStartError: true,
    EventBus: true,
    ServerUnreachableError: true,
    eventBus: true,
    runDirective: true,
    startEmbedded: true,
  };
  expect(Object.keys(declared).toSorted()).toEqual(Object.keys(names).toSorted());
});
