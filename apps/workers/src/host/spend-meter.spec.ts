import { describe, expect, it } from '@jest/globals';
import { SpendMeter } from './spend-meter.js';

describe('SpendMeter', () => {
  it('reports nothing when nothing was spent', () => {
    expect(new SpendMeter({ maxCostUsd: 1, maxTokens: 0 }).usage()).toBeUndefined();
  });

  it('adds up, also what went over the budget', () => {
    const meter = new SpendMeter({ maxCostUsd: 0, maxTokens: 10 });
    meter.spend({ tokens: 10, costUsd: 5 });
    expect(() => meter.spend({ tokens: 1 })).toThrow('spent 11 tokens of 10 granted');
    expect(meter.usage()).toEqual({ costUsd: 5, tokens: 11 });
  });

  it('does not mistake the rounding of binary fractions for overspending', () => {
    const meter = new SpendMeter({ maxCostUsd: 0.3, maxTokens: 0 });
    meter.spend({ costUsd: 0.1 });
    expect(() => meter.spend({ costUsd: 0.2 })).not.toThrow();
  });

  it('refuses a negative amount', () => {
    expect(() => new SpendMeter({ maxCostUsd: 1, maxTokens: 0 }).spend({ costUsd: -1 })).toThrow(/costUsd/);
  });
});
