import { defineGame } from './define-game.ts';
import type { Rules, Tagged } from './game.ts';

export interface DiceRules extends Rules {
  readonly dice: number;
  readonly faces: number;
  /** By how many dice show the chosen number, from 0 to all of them. */
  readonly prizes: readonly { readonly score: number; readonly coins: number }[];
}

export interface DiceChoices extends Tagged {
  /** From 1 to `faces`. */
  readonly number: number;
}

/** Dice are thrown; the more of them show the number the player chose, the better. */
export const dice = defineGame<DiceRules, DiceChoices, Tagged>({
  id: 'dice',
  name: 'Five dice',
  description: 'Choose a number; five dice are thrown. The more of them show it, the more it is worth.',
  scoring: 'sum',
  timeZone: 'UTC',
  rules: {
    1: {
      secondsToPlay: 300,
      dice: 5,
      faces: 6,
      prizes: [
        { score: 0, coins: 0 },
        { score: 10, coins: 0 },
        { score: 40, coins: 1 },
        { score: 150, coins: 5 },
        { score: 500, coins: 25 },
        { score: 2_000, coins: 250 },
      ],
    },
  },
  currentVersion: 1,
  fits: ({ faces }, { number }) => number >= 1 && number <= faces,
  outcome(rules, stream, { number }) {
    const thrown = Array.from({ length: rules.dice }, () => 1 + stream.below(rules.faces));
    const matches = thrown.filter((face) => face === number).length;
    const prize = rules.prizes[matches];
    if (prize === undefined) throw new Error(`The rules name no prize for ${matches} dice.`);
    return { ...prize, result: { game: 'dice', dice: thrown, matches } };
  },
});
