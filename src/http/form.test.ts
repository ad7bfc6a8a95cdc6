import { describe, expect, it } from '@jest/globals';
import { parseForm } from './form.ts';

describe('a form', () => {
  it('is read as browsers write it', () => {
    expect(parseForm('a=1&b=x+y%20z&c=%E2%82%AC&d=')).toEqual({ a: '1', b: 'x y z', c: '€', d: '' });
    const all = Object.fromEntries([['k', `~!@#$%^&*()_+-={}[]|\\:";'<>?,./\n€`]]);
    expect(parseForm(new URLSearchParams(all).toString())).toEqual(all);
    expect(Object.getPrototypeOf(parseForm('__proto__=1'))).toBe(Object.prototype);
  });

  it.each([
    '',
    '=1',
    'a=1&',
    '&',
    'a=%',
    'a=%zz',
    'a=%FF',
    'a=%C3%28',
    'a=1&a=2',
    'a=1&%61=2',
    'a=ö',
    '{"a":1}',
    'a b=1',
  ])('refuses %j', (text) => {
    expect(() => parseForm(text)).toThrow(expect.objectContaining({ code: 'malformed-request', status: 400 }));
  });
});
