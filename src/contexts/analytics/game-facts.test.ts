import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Database, Transaction } from '../../database/transaction.ts';
import { systemClock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { roundsByGame } from '../../testing/counted-rows.ts';
import { erasePlayer } from '../rewards/games/erase-player.ts';
import type { Tagged } from '../rewards/games/game.ts';
import { diceChoices, openTable } from '../rewards/games/games.fixture.ts';
import type { Table } from '../rewards/games/games.fixture.ts';
import { playRound } from '../rewards/games/play-round.ts';
import type { StartedRound } from '../rewards/games/start-round.ts';
import { connectWriters, createAnalyticsFixture } from './analytics.fixture.ts';
import type { AnalyticsFixture } from './analytics.fixture.ts';
import { rollUpFacts } from './roll-up-facts.ts';

const PLAYERS = 8;
let fixture: AnalyticsFixture;
let players: Database;
let table: Table;

beforeEach(async () => {
  fixture = await createAnalyticsFixture(['UTC', 'Asia/Tehran']);
  players = connectWriters(fixture.test.url, PLAYERS + 2);
  table = openTable({ test: fixture.test, dependencies: { clock: systemClock, gameSecret: randomBytes(32) } });
});
afterEach(async () => {
  await players.close();
  await fixture.close();
});

class Undone extends Error {}

function ignoreUndone(error: unknown): void {
  if (!(error instanceof Undone)) throw error;
}

const noAnswers = { game: 'sums', answers: Array<null>(10).fill(null) };

/** Plays within a transaction that somebody else commits, or not. */
async function playIn(
  tx: Transaction,
  userId: string,
  { round, roundToken }: StartedRound,
  choices: Tagged = diceChoices,
): Promise<void> {
  const refused = () => undefined;
  const play = { userId, roundId: round.id, roundToken, clientSeed: 'seed', choices };
  await playRound({ tx, clock: systemClock, tokens: table.tokens, refused }, play);
}

/** Rounds and coins by game, as the score events have them, and as each table of figures does. */
async function figures(): Promise<Record<string, readonly object[]>> {
  const everything = `subject = '00000000-0000-0000-0000-000000000000' and metric = 'rounds'`;
  const of = (rows: string) => fixture.sql<object>(`${rows} group by 1 having sum(n) <> 0 order by 1`);
  const sums = 'dimension as game, sum(n) as rounds, sum(amount) as coins';
  return {
    events: await fixture.test.owner.query(roundsByGame),
    quarters: await of(`select ${sums} from analytics.rollups where ${everything}`),
    days: await of(`select ${sums} from analytics.days where ${everything} and zone = 'Asia/Tehran'`),
    totals: await of(`select ${sums} from analytics.totals where ${everything}`),
  };
}

async function expectAllEqual(): Promise<readonly object[]> {
  const { events = [], ...rolledUp } = await figures();
  for (const [name, rows] of Object.entries(rolledUp)) expect({ [name]: rows }).toEqual({ [name]: events });
  // Cell by cell as well: each quarter of each game, and the coins that the ledger has posted for rounds.
  expect(await fixture.differences()).toEqual([]);
  return events;
}

test('a round counts when it has been played, once, with what it won in the ledger', async () => {
  const user = newId();
  const started = await table.start(user);
  await table.start(user, 'sums');
  await fixture.rollUp();
  expect(await expectAllEqual()).toEqual([]);

  const { play } = await table.play(user, started);
  await expect(table.play(user, started)).rejects.toMatchObject({ code: 'round-finished' });
  let coins = play?.coins ?? 0;
  let rounds = 1;
  for (; coins === 0 || rounds < 5; rounds += 1) coins += (await table.round(user)).play?.coins ?? 0;
  await fixture.rollUp();
  expect(await expectAllEqual()).toEqual([{ game: 'dice', rounds, coins }]);
  const [posted] = await fixture.sql(
    `select amount from analytics.totals where metric = 'coins' and dimension = 'round' and subject = $1`,
    ['00000000-0000-0000-0000-000000000000'],
  );
  expect(posted).toEqual({ amount: coins });
});

test('a play that commits after a later one was rolled up is not lost', async () => {
  // The last digits say which prize pool pays: the second player must not wait for the first one's.
  const [late, early] = ['01', '02'].map((end) => newId().slice(0, -2) + end) as [string, string];
  const started = await table.start(late);
  await players.transaction(async (tx) => {
    await playIn(tx, late, started);
    await table.round(early);
    await rollUpFacts(fixture.dependencies);
    const { events, quarters } = await figures();
    expect(events).toMatchObject([{ rounds: 1 }]);
    // The watermark stands below the oldest transaction: the later play waits with the earlier one.
    expect(quarters).toEqual([]);
  });
  await fixture.rollUp();
  expect(await expectAllEqual()).toMatchObject([{ rounds: 2 }]);
});

test('players who play, undo and are forgotten beside two rollers: nothing is lost or doubled', async () => {
  const state = { playing: true };
  const rollers = [0, 1].map(async () => {
    while (state.playing) {
      await rollUpFacts(fixture.dependencies, { slice: 5 });
      expect(await fixture.differences()).toEqual([]);
    }
  });
  await Promise.all(
    Array.from({ length: PLAYERS }, async (_, n) => {
      const user = newId();
      for (let round = 0; round < 6; round += 1) {
        const choices = n % 2 === 0 ? diceChoices : noAnswers;
        const started = await table.start(user, choices.game, players);
        const undo = round % 3 === 2;
        await players
          .transaction(async (tx) => {
            await playIn(tx, user, started, choices);
            if (undo) throw new Undone();
          })
          .catch(ignoreUndone);
        if (undo) await table.play(user, started, { choices }, players);
      }
      if (n === 0) await players.transaction((tx) => erasePlayer(tx, user));
    }),
  );
  state.playing = false;
  await Promise.all(rollers);
  await fixture.rollUp();
  expect(await expectAllEqual()).toMatchObject([
    { game: 'dice', rounds: (PLAYERS / 2 - 1) * 6 },
    { game: 'sums', rounds: (PLAYERS / 2) * 6 },
  ]);
}, 60_000);
