import { describe, expect, it } from '@jest/globals';
import { describeError } from './logger.js';

function failed(message: string): Error {
  return Object.assign(new Error(message), { command: { name: 'auth', args: ['a-secret'] } });
}

describe('an error in a log', () => {
  it.each([
    ['by itself', failed('NOAUTH')],
    ['of a node of a cluster', Object.assign(new Error('all nodes failed'), { lastNodeError: failed('NOAUTH') })],
    ['as the cause of another', new Error('not sent', { cause: failed('OOM') })],
    ['among others', new AggregateError([failed('one'), failed('two')], 'both failed')],
    ['of a transaction', Object.assign(new Error('EXECABORT'), { previousErrors: [failed('OOM')] })],
  ])('shows no command: %s', (_, error) => {
    const shown = JSON.stringify(describeError(error));
    expect(shown).not.toContain('a-secret');
    expect(shown).toContain(error.message);
  });
});
