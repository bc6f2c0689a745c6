import { describe, expect, it } from '@jest/globals';
import { parseActionDrafts } from './action-drafts.js';

const record = { name: 'acme.mail', effect: 'once' };

describe('the actions of a file', () => {
  it.each([
    ['one record', record],
    ['a list', [record]],
    ['what "coc actions list -o json" prints', { items: [record] }],
  ])('may be %s', (_form, document) => {
    expect(parseActionDrafts('actions.yaml', document)).toEqual([{ name: 'acme.mail', record }]);
  });

  it('are all refused when one is wrong, each fault with its pointer', () => {
    const refusal = expect.objectContaining({
      exitCode: 2,
      message: 'actions.yaml is not fit for the catalog; nothing was sent',
      details: [expect.stringMatching(/^\/1\/name {2}an action is named/), expect.stringMatching(/^\/1\/effect {2}/)],
    });
    const wrong = { name: 'Mail', effect: 'sometimes' };
    expect(() => parseActionDrafts('actions.yaml', [record, wrong])).toThrow(refusal);
  });

  it('are refused when there is none', () => {
    expect(() => parseActionDrafts('actions.yaml', [])).toThrow('actions.yaml holds no action');
  });
});
