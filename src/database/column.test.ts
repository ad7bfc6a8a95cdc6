import { describe, expect, test } from '@jest/globals';
import { column } from './column.ts';

describe('a column', () => {
  test('travels once when all rows share its value, moments included', () => {
    expect(column(['a', 'a', 'a'])).toEqual([[], 'a']);
    expect(column([null, null])).toEqual([[], null]);
    expect(column([false, false])).toEqual([[], false]);
    expect(column([new Date(5), new Date(5)])).toEqual([[], new Date(5)]);
    expect(column([])).toEqual([[], null]);
  });

  test('travels whole when one row differs: then nothing stands in for its nulls', () => {
    expect(column(['a', 'b', 'a'])).toEqual([['a', 'b', 'a'], null]);
    expect(column(['a', null])).toEqual([['a', null], null]);
    expect(column([null, new Date(5)])).toEqual([[null, new Date(5)], null]);
  });
});
