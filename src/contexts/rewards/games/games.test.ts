import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Tagged } from './game.ts';
import { games, getGame } from './games.ts';
import type { SumsChallenge } from './sums.ts';

const seeds = fc.record({
  serverSeed: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  roundId: fc.uuid(),
  clientSeed: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
});
const solve = {
  plus: (a: number, b: number) => a + b,
  minus: (a: number, b: number) => a - b,
  times: (a: number, b: number) => a * b,
};

interface Dice extends Tagged {
  readonly dice: readonly number[];
  readonly matches: number;
}

describe('Five dice', () => {
  const dice = getGame('dice');

  it('is decided by seeds and number alone, and pays what the rules say', () => {
    const prizes = (dice.rulesOf(1) as unknown as { prizes: { score: number; coins: number }[] }).prizes;
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 6 }), (given, number) => {
        const outcome = dice.outcome(1, given, { game: 'dice', number } as Tagged);
        const result = outcome?.result as Dice;
        expect(result.dice.every((face) => face >= 1 && face <= 6)).toBe(true);
        expect(result.matches).toBe(result.dice.filter((face) => face === number).length);
        expect({ score: outcome?.score, coins: outcome?.coins }).toEqual(prizes[result.matches]);
        expect(dice.outcome(1, given, { game: 'dice', number } as Tagged)).toEqual(outcome);
      }),
    );
  });

  it('comes from the seeds like this, in this release and every later one', () => {
    const given = {
      serverSeed: createHash('sha256').update('a seed').digest(),
      roundId: '01939c2e-8b10-7d02-8f43-5a1e0c9d7b21',
      clientSeed: 'my-lucky-seed',
    };
    expect(dice.outcome(1, given, { game: 'dice', number: 3 } as Tagged)).toEqual({
      ...{ score: 10, coins: 0 },
      result: { game: 'dice', dice: [3, 4, 6, 5, 4], matches: 1 },
    });
  });

  it.each([
    { game: 'dice', number: 7 },
    { game: 'dice', number: 0 },
    { game: 'sums', answers: [] },
  ])('has no outcome for %j', (choices) => {
    const given = { serverSeed: Buffer.alloc(32), roundId: 'r', clientSeed: 'c' };
    expect(dice.outcome(1, given, choices)).toBeNull();
  });
});

describe('Quick sums', () => {
  const sums = getGame('sums');
  const answersTo = (challenge: SumsChallenge) =>
    challenge.sums.map(({ left, operator, right }) => solve[operator](left, right));

  it('asks what it judges: right answers get every point, wrong and missing ones none', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (given, solved) => {
        const right = answersTo(sums.challenge(1, given) as SumsChallenge);
        const answers = right.map((answer, index) =>
          solved[index] === true ? answer : index % 2 === 0 ? null : answer + 1,
        );
        const outcome = sums.outcome(1, given, { game: 'sums', answers } as Tagged);
        expect(outcome?.result).toEqual({ game: 'sums', solutions: right, solved });
        const worth = solved.reduce((sum, is, index) => sum + (is ? (index + 1) ** 2 : 0), 0);
        expect(outcome?.score).toBe(worth);
        expect((outcome?.coins ?? -1) > 0).toBe(worth >= 150);
      }),
    );
  });

  it('asks the same whatever seed the player adds: the sums were shown before', () => {
    fc.assert(
      fc.property(seeds, fc.stringMatching(/^[a-z]{1,9}$/), (given, clientSeed) => {
        const answers = answersTo(sums.challenge(1, given) as SumsChallenge);
        const outcome = sums.outcome(1, { ...given, clientSeed }, { game: 'sums', answers } as Tagged);
        expect(outcome).toMatchObject({ score: 385, coins: 10 });
      }),
    );
  });

  it('takes as many answers as there are sums', () => {
    const given = { serverSeed: Buffer.alloc(32), roundId: 'r', clientSeed: 'c' };
    expect(sums.outcome(1, given, { game: 'sums', answers: [1, 2] } as Tagged)).toBeNull();
  });
});

describe('The rules of every game', () => {
  // A round is judged by the version it started under, so a version that was released is never edited: add another one.
  const released: Readonly<Record<string, readonly string[]>> = {
    dice: ['30d8a449e63490c4'],
    sums: ['ae4170a6b9a99b8b'],
  };

  it.each(games.map((game) => [game.id, game] as const))(
    'of %s are what they were when they were released',
    (id, game) => {
      const versions = Array.from({ length: game.currentVersion }, (_, index) => game.rulesOf(index + 1));
      const sums = versions.map((rules) =>
        createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 16),
      );
      expect(sums).toEqual(released[id]);
    },
  );
});
