import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CHUNK_NUMBERS, createNumberPile } from './number-pile.ts';

async function chunksOf(numbers: readonly number[]) {
  const pile = createNumberPile();
  for (const number of numbers) pile.add(`+${number}`);
  return pile.chunks();
}

describe('A pile of numbers', () => {
  it('is cut into chunks of neighbours in ascending order', async () => {
    const count = 2 * CHUNK_NUMBERS + 500;
    const shuffled = Array.from({ length: count }, (_, n) => 989_120_000_000 + ((n * 7_919) % count));
    const chunks = await chunksOf(shuffled);
    expect(chunks.map(({ lines }) => lines)).toEqual([CHUNK_NUMBERS, CHUNK_NUMBERS, 500]);
    expect(chunks.flatMap(({ numbers }) => numbers)).toEqual(shuffled.toSorted((a, b) => a - b));
  });

  it('keeps all lines of a number in one chunk, also across runs that were sorted apart', async () => {
    const distinct = Array.from({ length: CHUNK_NUMBERS + 1 }, (_, n) => 1_000_000 + n);
    const last = distinct.at(-2) ?? 0;
    const chunks = await chunksOf([...distinct, ...Array.from({ length: 20_000 }, () => last)]);
    expect(chunks).toMatchObject([{ lines: CHUNK_NUMBERS + 20_000 }, { lines: 1, numbers: [distinct.at(-1)] }]);
    expect(chunks[0]?.numbers).toHaveLength(CHUNK_NUMBERS);
  });

  it('loses and invents nothing, up to the longest number there is', async () => {
    const number = fc.integer({ min: 1_000_000, max: 999_999_999_999_999 });
    const repeated = fc.array(number, { minLength: 1, maxLength: 5 }).chain((few) => fc.array(fc.constantFrom(...few)));
    await fc.assert(
      fc.asyncProperty(fc.array(number, { maxLength: 3_000 }), repeated, async (many, few) => {
        const all = [...many, ...few];
        const chunks = await chunksOf(all);
        expect(chunks.flatMap(({ numbers }) => numbers)).toEqual([...new Set(all)].sort((a, b) => a - b));
        expect(chunks.reduce((sum, { lines }) => sum + lines, 0)).toBe(all.length);
      }),
      { numRuns: 50 },
    );
  });
});
