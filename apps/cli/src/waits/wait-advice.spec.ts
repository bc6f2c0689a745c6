import { describe, expect, it } from '@jest/globals';
import { type WaitKind, waitKinds } from '#libs/contracts';
import { aDirective, aTask, sampleId } from '../progress/sample-directive.js';
import { adviceText, adviseWait } from './wait-advice.js';

const asker = { actor: 'local', flag: '' };

const adviceOn = (kind: WaitKind, ref = '', actor = 'local') => {
  const task = aTask({ id: 'embed[3]', index: 37, waitingOn: { kind, ref } });
  return adviseWait({ task, directive: aDirective(), asker: { ...asker, actor } });
};

describe('what frees a task', () => {
  it.each(waitKinds)('is a sentence for the wait %s', (kind) => {
    expect(adviceOn(kind, 'x').sentence).toMatch(/^[a-z].{10,}$/);
  });

  const hold = `${sampleId}.11`;
  it.each<[WaitKind, string[]]>([
    [
      'approval',
      [`coc approvals show ${hold}`, `coc approvals approve ${hold} --as NAME`, `coc approvals deny ${hold}`],
    ],
    [
      'budget',
      [
        `coc budget explain ${sampleId}`,
        `coc budget raise ${sampleId} --usd LIMIT`,
        `coc approvals resolve ${hold} fail`,
      ],
    ],
    [
      'effect-unknown',
      [
        `coc approvals resolve ${hold} retry`,
        `coc approvals resolve ${hold} complete --output-file FILE`,
        `coc approvals resolve ${hold} fail`,
      ],
    ],
    ['paused', [`coc resume ${sampleId}`]],
    ['outcome', [`coc logs ${sampleId} 'embed[3]'`]],
    ['release', []],
  ])('is, for the wait %s, also a command', (kind, commands) => {
    expect(adviceOn(kind).commands).toEqual(commands);
  });

  it('needs another name only from who asked for the task', () => {
    expect(adviceText(adviceOn('approval'))).toContain('local asked for it, so NAME is somebody else: "coc');
    expect(adviceOn('approval', '', 'ana').commands).toContain(`coc approvals approve ${hold}`);
  });

  it('is found on the same server', () => {
    const task = aTask({ id: 'a', waitingOn: { kind: 'paused', ref: '' } });
    const flag = ' --url http://server';
    expect(adviceText(adviseWait({ task, directive: aDirective(), asker: { ...asker, flag } }))).toBe(
      `a human lets the directive go on: "coc resume ${sampleId}${flag}"`,
    );
  });

  it('names the tasks before it', () => {
    expect(adviceOn('dependencies', 'a,b').sentence).toBe('the tasks before it end: a, b');
  });

  it('is the resume for a task that could go in a paused directive', () => {
    const task = aTask({ id: 'a', state: 'ready', waitingOn: { kind: 'window', ref: 'x.y.0' } });
    const directive = aDirective({ state: 'PAUSED' });
    expect(adviseWait({ task, directive, asker }).commands).toEqual([`coc resume ${sampleId}`]);
  });
});
