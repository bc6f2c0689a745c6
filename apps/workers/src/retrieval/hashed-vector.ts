import { pairsOf, termsOf, wordsOf } from './tokens.js';

export const dimensions = 256;

/** Shares of the three feature families in the length of a vector; found by trying on questions about this repository. */
const shares = { words: 1, pairs: 0.5, letters: 0.5 } as const;

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  // FNV's low bits mix poorly on short texts: fold the high half in.
  return (hash ^ (hash >>> 15)) >>> 0;
}

function letterGramsOf(word: string): string[] {
  const framed = `_${word}_`;
  const grams: string[] = [];
  for (let size = 3; size <= 5; size += 1) {
    for (let at = 0; at + size <= framed.length; at += 1) grams.push(framed.slice(at, at + size));
  }
  return grams;
}

/** Signed feature hashing with 1 + ln(count) as weight: two features that collide cancel as often as they add. */
function hashFeatures(family: string, features: readonly string[]): Float64Array {
  const counts = new Map<string, number>();
  for (const feature of features) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const vector = new Float64Array(dimensions);
  for (const [feature, count] of counts) {
    const hash = hashOf(`${family}:${feature}`);
    const sign = hash & 0x80000000 ? -1 : 1;
    vector[hash % dimensions]! += sign * (1 + Math.log(count));
  }
  return vector;
}

function normalise(vector: Float64Array, length: number): Float64Array {
  const norm = Math.hypot(...vector);
  return norm === 0 ? vector : vector.map((value) => (value * length) / norm);
}

/** Unit vector of a text by its words, word pairs and letter groups; all zero for a text without a word. */
export function vectorOf(text: string): Float32Array {
  const terms = termsOf(text);
  const families = [
    normalise(hashFeatures('w', terms), shares.words),
    normalise(hashFeatures('p', pairsOf(terms)), shares.pairs),
    normalise(hashFeatures('c', wordsOf(terms.join(' ')).flatMap(letterGramsOf)), shares.letters),
  ];
  const sum = new Float64Array(dimensions).map((_, at) => families.reduce((total, it) => total + it[at]!, 0));
  return Float32Array.from(normalise(sum, 1));
}

/** Of unit vectors: from -1 to 1. */
export function cosineOf(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < dimensions; at += 1) sum += left[at]! * right[at]!;
  return sum;
}

/** Base64 of little-endian float32: 1.4 KB a vector where JSON numbers take 3 KB. */
export function encodeVector(vector: Float32Array): string {
  const bytes = Buffer.alloc(dimensions * 4);
  vector.forEach((value, at) => bytes.writeFloatLE(value, at * 4));
  return bytes.toString('base64');
}

/** Throws RangeError for a text that is no vector of ours. */
export function decodeVector(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== dimensions * 4)
    throw new RangeError(`a vector has ${dimensions * 4} bytes, not ${bytes.length}`);
  return Float32Array.from({ length: dimensions }, (_, at) => bytes.readFloatLE(at * 4));
}
