import { defineGame } from './define-game.ts';
import type { Rules, Tagged } from './game.ts';
import type { RandomStream } from './random-stream.ts';

export type Operator = 'plus' | 'minus' | 'times';

/** One exercise before its numbers are drawn. */
export interface Exercise {
  readonly operator: Operator;
  /** Both numbers are drawn from here … */
  readonly least: number;
  /** … to here. */
  readonly most: number;
  /** What solving it is worth. */
  readonly score: number;
}

export interface SumsRules extends Rules {
  readonly exercises: readonly Exercise[];
  /** The coins of the last one whose score was reached; ascending. */
  readonly prizes: readonly { readonly score: number; readonly coins: number }[];
}

export interface Sum {
  readonly left: number;
  readonly operator: Operator;
  readonly right: number;
}

export interface SumsChallenge extends Tagged {
  readonly sums: readonly Sum[];
}

export interface SumsChoices extends Tagged {
  /** One for each sum; null for one that was left out. */
  readonly answers: readonly (number | null)[];
}

const solve: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  plus: (left, right) => left + right,
  minus: (left, right) => left - right,
  times: (left, right) => left * right,
};

/** Mental arithmetic against the clock: the harder an exercise, the more it is worth. */
export const sums = defineGame<SumsRules, SumsChoices, SumsChallenge>({
  id: 'sums',
  name: 'Quick sums',
  description: 'Ten exercises, from easy to hard, in one minute. Harder ones are worth more.',
  scoring: 'best',
  timeZone: 'UTC',
  rules: {
    1: {
      secondsToPlay: 60,
      exercises: [
        { operator: 'plus', least: 2, most: 9, score: 1 },
        { operator: 'minus', least: 2, most: 20, score: 4 },
        { operator: 'plus', least: 11, most: 49, score: 9 },
        { operator: 'times', least: 2, most: 9, score: 16 },
        { operator: 'minus', least: 11, most: 99, score: 25 },
        { operator: 'times', least: 3, most: 12, score: 36 },
        { operator: 'plus', least: 101, most: 499, score: 49 },
        { operator: 'times', least: 7, most: 19, score: 64 },
        { operator: 'minus', least: 101, most: 999, score: 81 },
        { operator: 'times', least: 12, most: 39, score: 100 },
      ],
      prizes: [
        { score: 150, coins: 1 },
        { score: 285, coins: 3 },
        { score: 385, coins: 10 },
      ],
    },
  },
  currentVersion: 1,
  challenge: (rules, stream) => ({ game: 'sums', sums: draw(rules, stream) }),
  fits: ({ exercises }, { answers }) => answers.length === exercises.length,
  outcome(rules, stream, { answers }) {
    const solutions = draw(rules, stream).map(({ operator, left, right }) => solve[operator](left, right));
    const solved = solutions.map((solution, index) => answers[index] === solution);
    const score = rules.exercises.reduce(
      (sum, exercise, index) => sum + (solved[index] === true ? exercise.score : 0),
      0,
    );
    const coins = rules.prizes.findLast((prize) => prize.score <= score)?.coins ?? 0;
    return { score, coins, result: { game: 'sums', solutions, solved } };
  },
});

function draw({ exercises }: SumsRules, stream: RandomStream): Sum[] {
  return exercises.map(({ operator, least, most }) => {
    const number = () => least + stream.below(most - least + 1);
    return { left: number(), operator, right: number() };
  });
}
