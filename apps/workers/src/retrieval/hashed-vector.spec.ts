import { describe, expect, it } from '@jest/globals';
import { cosineOf, decodeVector, dimensions, encodeVector, vectorOf } from './hashed-vector.js';

const about = vectorOf('The executor settles the attempt of a lost worker.');

describe('vectorOf', () => {
  it('gives a unit vector', () => {
    expect(about).toHaveLength(dimensions);
    expect(cosineOf(about, about)).toBeCloseTo(1, 5);
  });

  it('puts texts on one subject nearer than texts on different ones', () => {
    const near = cosineOf(about, vectorOf('A lost worker has its attempts settled by an executor.'));
    const far = cosineOf(about, vectorOf('Bake the bread at two hundred degrees for forty minutes.'));
    expect(near).toBeGreaterThan(0.7);
    expect(far).toBeLessThan(0.2);
  });

  it('is all zero without a word', () => {
    expect(vectorOf('... ???').every((value) => value === 0)).toBe(true);
  });

  it('survives its text form to the bit', () => {
    expect(decodeVector(encodeVector(about))).toEqual(about);
    expect(() => decodeVector('AAAA')).toThrow(RangeError);
  });
});
