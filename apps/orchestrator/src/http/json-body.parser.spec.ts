import { describe, expect, it } from '@jest/globals';
import { parseJsonBody } from './json-body.parser.js';

const parse = (text: string): unknown => parseJsonBody(Buffer.from(text));

describe('a body', () => {
  it.each(['{"a":1,"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":"{\\"a\\":1,\\"a\\":2}"}', '{"constructor":1}'])(
    '%s is read as JSON has it',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"x":1,"y":2,"x":3}}]'])('%s has a key twice', (text) => {
    expect(() => parse(text)).toThrow('the same key twice');
  });

  it.each(['{"__proto__":{"isAdmin":true}}', '{"a":{"__proto__":1}}', '{"\\u005f_proto__":1}'])(
    '%s is poison',
    (text) => {
      expect(() => parse(text)).toThrow('body');
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    },
  );

  it.each(['{', '{"a":}', 'nope', '[1,]'])('"%s" is no JSON', (text) => {
    expect(() => parse(text)).toThrow('body');
  });
});
