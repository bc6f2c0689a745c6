import { describe, expect, it } from '@jest/globals';
import { keyKind } from './key-kind.js';

const id = 'd0_01KAMQJ5K7V8Z3Q4M2N6P9R1ST';

describe('the kind of a key', () => {
  it.each([
    [`{coc:0}:d:${id}:tasks`, 'd:*:tasks'],
    [`{coc:3}:d:${id}`, 'd:*'],
    ['{coc:0}:ready:rag.embed.0', 'ready:work'],
    ['{coc:0}:orchestrator.execute.0:wait', 'execute:wait'],
    ['{coc:0}:orchestrator.execute.0:', 'execute'],
    ['{coc:0}:rag.embed.0:events', 'work:events'],
    [`{coc:0}:rag.embed.0:${id}.0.1.abcdefgh:lock`, 'work:*:lock'],
    ['{coc:0}:orchestrator.decide.0:17', 'decide:*'],
    ['{coc:t:acme}:ref:A-1', 'tenant:ref:*'],
    ['{coc:g}:actions', 'all:actions'],
    ['{coc:0}:index:default', 'index:default'],
    ['{lane-7:0}:outbox', 'outbox'],
    ['probe', 'probe'],
  ])('%s is %s', (key, kind) => expect(keyKind(key)).toBe(kind));
});
