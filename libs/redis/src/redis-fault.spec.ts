import { describe, expect, it } from '@jest/globals';
import { faultOf } from './redis-fault.js';

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('what an error of Redis asks for', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', 'again'],
    ["READONLY You can't write against a read only replica.", 'again'],
    ['-READONLY You can not write against a read only replica. script: f, on @user_function:1.', 'again'],
    ['CLUSTERDOWN The cluster is down', 'again'],
    ['BUSY Redis is busy running a script.', 'again'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
    ['MISCONF Redis is configured to save RDB snapshots', 'full'],
    ['NOSCRIPT No matching script.', 'library'],
    ['ERR Function not found', 'library'],
    ['NOAUTH Authentication required.', 'refused'],
    ['NOPERM this user has no permissions', 'refused'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'bug'],
    ['ERR user_function:12: attempt to index a nil value', 'bug'],
  ])('%s', (message, kind) => {
    expect(faultOf(reply(message))).toBe(kind);
  });

  it('nobody knows what became of a call whose connection broke', () => {
    expect(faultOf(new Error('Connection is closed.'))).toBe('unknown');
    expect(faultOf(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))).toBe('unknown');
    expect(faultOf(new Error('Socket timeout. Expecting data'))).toBe('unknown');
  });

  it('what does not come from Redis is not judged', () => {
    expect(faultOf(new RangeError('no script is named x'))).toBeUndefined();
    expect(faultOf('LOADING')).toBeUndefined();
  });
});
