import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRandomStream } from './random-stream.ts';

const roundId = '01939c2e-8b10-7d02-8f43-5a1e0c9d7b21';
const seedOf = (text: string) => createHash('sha256').update(text).digest();

/** The χ² of so many draws against a uniform distribution over n values. */
function chiSquare(n: number, draws: number, seed: string): number {
  const stream = createRandomStream({ serverSeed: seedOf(seed), clientSeed: 'client', roundId });
  const counts = Array.from({ length: n }, () => 0);
  for (let draw = 0; draw < draws; draw += 1) {
    const value = stream.below(n);
    counts[value] = (counts[value] ?? Number.NaN) + 1;
  }
  const expected = draws / n;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('A random stream', () => {
  it('is the words of HMAC-SHA-256(server seed, client seed | round | cursor)', () => {
    const serverSeed = seedOf('vector');
    const block = (cursor: number) => createHmac('sha256', serverSeed).update(`client|${roundId}|${cursor}`).digest();
    const stream = createRandomStream({ serverSeed, clientSeed: 'client', roundId });
    for (const cursor of [0, 1, 2]) {
      for (let word = 0; word < 8; word += 1) expect(stream.below(2 ** 32)).toBe(block(cursor).readUInt32BE(word * 4));
    }
  });

  // Bounds: with 5 and 6 degrees of freedom less than one fair stream in 10,000 is beyond.
  it.each([
    [6, 25.75],
    [7, 27.86],
    [100, 161.3],
  ])('draws below %i without preference: χ² of 100,000 draws', (n, bound) => {
    expect(2 ** 32 % n).not.toBe(0);
    expect(chiSquare(n, 100_000, `chi ${n}`)).toBeLessThan(bound);
  });

  it('skips the words that would favour small numbers', () => {
    // With n just above half of all words, every second word or so is skipped; by remainder, small numbers come twice as often.
    const n = 2 ** 31 + 1;
    const stream = createRandomStream({ serverSeed: seedOf('bias'), clientSeed: '', roundId });
    const draws = Array.from({ length: 10_000 }, () => stream.below(n));
    const low = draws.filter((value) => value < n / 2).length;
    expect(Math.max(...draws)).toBeLessThan(n);
    expect(Math.abs(low - 5_000)).toBeLessThan(250);
  });

  it('stays within its bounds, says the same again, and listens to every seed', () => {
    const parts = fc.record({ server: fc.string(), client: fc.stringMatching(/^[A-Za-z0-9_-]{0,64}$/), id: fc.uuid() });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 2 ** 32 }), ({ server, client, id }, n) => {
        const draw = (serverSeed: Buffer, clientSeed: string, round: string, below = n) => {
          const stream = createRandomStream({ serverSeed, clientSeed, roundId: round });
          return Array.from({ length: 12 }, () => stream.below(below));
        };
        const drawn = draw(seedOf(server), client, id);
        expect(drawn.every((value) => Number.isInteger(value) && value >= 0 && value < n)).toBe(true);
        expect(draw(seedOf(server), client, id)).toEqual(drawn);
        const words = draw(seedOf(server), client, id, 2 ** 32);
        expect(draw(seedOf(`${server}.`), client, id, 2 ** 32)).not.toEqual(words);
        expect(draw(seedOf(server), `${client}.`, id, 2 ** 32)).not.toEqual(words);
        expect(draw(seedOf(server), client, `${id}.`, 2 ** 32)).not.toEqual(words);
      }),
    );
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('draws nothing below %d', (n) => {
    const stream = createRandomStream({ serverSeed: seedOf(''), clientSeed: '', roundId });
    expect(() => stream.below(n)).toThrow(RangeError);
  });
});
