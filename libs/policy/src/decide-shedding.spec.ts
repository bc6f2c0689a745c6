import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideShedding, type MemoryUse, type QueueLoad, type ShedLimits } from './decide-shedding.js';

const limits: ShedLimits = { memoryPercent: 70, memoryBytes: 0, maxDepth: 100, maxAgeMs: 1_000 };
const off: ShedLimits = { memoryPercent: 0, memoryBytes: 0, maxDepth: 0, maxAgeMs: 0 };
const now = <T>(value: T) => ({ value, ageMs: 0 });
const memory = (usedBytes: number, maxBytes: number) => now([{ usedBytes, maxBytes }]);
const queue = (depth: number, oldestMs = 0) => now([{ queue: 'rag.embed.0', depth, oldestMs }]);

describe('decideShedding', () => {
  it('refuses from the share of maxmemory on, of the fullest master', () => {
    expect(decideShedding(memory(69, 100), undefined, limits)).toBeUndefined();
    expect(decideShedding(memory(70, 100), undefined, limits)).toMatchObject({ code: 'MEMORY_SHORT', retryAfterS: 10 });
    const masters = now([
      { usedBytes: 1, maxBytes: 100 },
      { usedBytes: 90, maxBytes: 100 },
    ]);
    expect(decideShedding(masters, undefined, limits)?.code).toBe('MEMORY_SHORT');
  });

  it('without maxmemory refuses by bytes, if they are given', () => {
    expect(decideShedding(memory(10 ** 12, 0), undefined, limits)).toBeUndefined();
    expect(decideShedding(memory(500, 0), undefined, { ...limits, memoryBytes: 500 })?.code).toBe('MEMORY_SHORT');
    expect(decideShedding(memory(500, 10_000), undefined, { ...limits, memoryBytes: 500 })?.code).toBe('MEMORY_SHORT');
  });

  it('refuses over a depth and over an age, and names the queue', () => {
    expect(decideShedding(undefined, queue(100), limits)).toBeUndefined();
    expect(decideShedding(undefined, queue(101), limits)).toMatchObject({ code: 'QUEUE_TOO_LONG' });
    expect(decideShedding(undefined, queue(1, 1_001), limits)).toMatchObject({ code: 'QUEUE_OVERDUE' });
    expect(decideShedding(undefined, queue(101), limits)?.detail).toContain('rag.embed.0');
  });

  it('says nothing by a figure that is too old', () => {
    const old = { value: [{ usedBytes: 100, maxBytes: 100 }], ageMs: 5_001 };
    expect(decideShedding(old, { ...queue(101), ageMs: 5_001 }, limits)).toBeUndefined();
    expect(decideShedding({ ...old, ageMs: 5_000 }, undefined, limits)?.code).toBe('MEMORY_SHORT');
  });
});

const whole = fc.nat(2_000);
const uses = fc.array(fc.record<MemoryUse>({ usedBytes: whole, maxBytes: whole }), { maxLength: 4 });
const loads = fc.array(fc.record<QueueLoad>({ queue: fc.constant('q'), depth: whole, oldestMs: whole }), {
  maxLength: 4,
});
const anyLimits = fc.record<ShedLimits>({
  memoryPercent: fc.nat(100),
  memoryBytes: whole,
  maxDepth: whole,
  maxAgeMs: whole,
});

describe('for any load', () => {
  it('refuses nobody where all limits are off or nothing is known', () => {
    fc.assert(
      fc.property(uses, loads, anyLimits, (some, queues, given) => {
        expect(decideShedding(now(some), now(queues), off)).toBeUndefined();
        expect(decideShedding(undefined, undefined, given)).toBeUndefined();
      }),
    );
  });

  it('who refuses at some load refuses at more of it', () => {
    fc.assert(
      fc.property(uses, loads, anyLimits, whole, (some, queues, given, more) => {
        fc.pre(decideShedding(now(some), now(queues), given) !== undefined);
        const fuller = some.map(({ usedBytes, maxBytes }) => ({ usedBytes: usedBytes + more, maxBytes }));
        const longer = queues.map(({ queue: name, depth, oldestMs }) => ({
          queue: name,
          depth: depth + more,
          oldestMs: oldestMs + more,
        }));
        expect(decideShedding(now(fuller), now(longer), given)).toBeDefined();
      }),
    );
  });

  it('who refuses under some limits refuses under stricter ones, and says a time to come again', () => {
    fc.assert(
      fc.property(uses, loads, anyLimits, (some, queues, given) => {
        const shedding = decideShedding(now(some), now(queues), given);
        fc.pre(shedding !== undefined);
        const stricter = (limit: number): number => (limit === 0 ? 0 : Math.max(1, Math.floor(limit / 2)));
        const strict = {
          memoryPercent: stricter(given.memoryPercent),
          memoryBytes: stricter(given.memoryBytes),
          maxDepth: stricter(given.maxDepth),
          maxAgeMs: stricter(given.maxAgeMs),
        };
        expect(decideShedding(now(some), now(queues), strict)).toBeDefined();
        expect(shedding.retryAfterS).toBeGreaterThan(0);
      }),
    );
  });
});
