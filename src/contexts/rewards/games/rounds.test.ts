import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { getWallet } from '../get-wallet.ts';
import { createRewardsFixture, range } from '../rewards.fixture.ts';
import type { RewardsFixture } from '../rewards.fixture.ts';
import { expireRounds } from './expire-rounds.ts';
import { getGame } from './games.ts';
import { boardRows, diceChoices, openTable } from './games.fixture.ts';
import type { Table } from './games.fixture.ts';
import { getGameStatistics } from './get-game-statistics.ts';
import { getRound } from './get-round.ts';
import { commitOf } from './round.ts';

let fixture: RewardsFixture;
let table: Table;
let user: string;
const run = { signal: new AbortController().signal };

beforeAll(async () => {
  fixture = await createRewardsFixture();
  table = openTable(fixture);
});
afterAll(() => fixture.close());
beforeEach(() => {
  user = newId();
});

const problem = (code: string) => expect.objectContaining({ code }) as unknown;
const states = async (userId: string) =>
  (
    await fixture.sql<{ state: string }>('select state from rewards.game_rounds where user_id = $1 order by id', [
      userId,
    ])
  ).map(({ state }) => state);
/** Everything that a play writes, but for the round itself. */
const traces = async (userId: string) =>
  fixture.sql(
    `select round_id::text as what, score, coins from rewards.score_events where user_id = $1
     union all select game_id, points, rounds from rewards.game_players where user_id = $1
     union all select board, score, 0 from rewards.leaderboard_entries where user_id = $1
     union all select ref_type, amount, 0 from rewards.ledger_entries where account_id = $1 order by 1, 2`,
    [userId],
  );

describe('Starting', () => {
  it('opens one round, however many start at once, and gives it to all of them', async () => {
    const started = await Promise.all(range(0, 200).map(() => table.start(user)));
    expect(new Set(started.map(({ round, roundToken }) => `${round.id} ${roundToken}`)).size).toBe(1);
    expect(started.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await states(user)).toEqual(['open']);
  });

  it('opens one round in each game, for each player', async () => {
    const other = newId();
    const rounds = [await table.start(user), await table.start(user, 'sums'), await table.start(other)];
    expect(new Set(rounds.map(({ round }) => round.id)).size).toBe(3);
    expect(rounds.every(({ isNew }) => isNew)).toBe(true);
  });

  it('closes a round whose time is up, and opens the next', async () => {
    const first = await table.start(user);
    fixture.wait(first.round.expiresAt.getTime() - first.round.startedAt.getTime());
    const next = await table.start(user);
    expect(next).toMatchObject({ isNew: true });
    expect(next.round.id).not.toBe(first.round.id);
    expect(await states(user)).toEqual(['expired', 'open']);
  });

  it('knows no other games', async () => {
    await expect(table.start(user, 'chess')).rejects.toEqual(problem('not-found'));
  });
});

describe('Playing', () => {
  it('accepts one of 200 plays at once, counts it once, and proves itself', async () => {
    const started = await table.start(user);
    const commit = commitOf(started.round);
    const plays = await Promise.allSettled(range(0, 200).map(() => table.play(user, started)));
    const accepted = plays.flatMap((play) => (play.status === 'fulfilled' ? [play.value] : []));
    const refused = plays.flatMap((play) =>
      play.status === 'rejected' ? [(play.reason as { code: string }).code] : [],
    );
    expect([accepted.length, refused.length]).toEqual([1, 199]);
    expect(refused.every((code) => ['round-finished', 'round-played-meanwhile'].includes(code))).toBe(true);

    const [round] = accepted;
    if (round?.play == null) throw new Error('no play');
    expect(createHash('sha256').update(round.serverSeed).digest('hex')).toBe(commit);
    const { clientSeed, choices, score, coins, result } = round.play;
    const again = getGame('dice').outcome(1, { serverSeed: round.serverSeed, roundId: round.id, clientSeed }, choices);
    expect(again).toEqual({ score, coins, result });
    const events = await fixture.sql('select score, coins from rewards.score_events where user_id = $1', [user]);
    expect(events).toEqual([{ score, coins }]);
    expect(await getWallet(fixture.dependencies, user)).toEqual({ balance: coins });
    expect(await fixture.differences()).toEqual([]);
  });

  it('pays what was won, into the wallet and out of a pool, over many rounds', async () => {
    let [coins, points, best] = [0, 0, 0];
    for (let round = 0; round < 60; round += 1) {
      const { play } = await table.round(user);
      [coins, points, best] = [
        coins + (play?.coins ?? 0),
        points + (play?.score ?? 0),
        Math.max(best, play?.score ?? 0),
      ];
    }
    // 60 rounds without a single coin: one in 150,000.
    expect(coins).toBeGreaterThan(0);
    expect(await getWallet(fixture.dependencies, user)).toEqual({ balance: coins });
    const [entry] = (await boardRows(fixture, 'dice', 'all-time')).filter(({ userId }) => userId === user);
    expect(entry?.score).toBe(points);
    expect(await getGameStatistics(fixture.dependencies, { userId: user, gameId: 'dice' })).toMatchObject({
      ...{ rounds: 60, points, best: { score: best }, streakDays: 1, longestStreakDays: 1 },
    });
    expect(await fixture.differences()).toEqual([]);
  });

  it.each([
    ['a replay', 'round-finished', 'replayed'],
    ['a play that is late', 'round-expired', 'late'],
    ['a play of a closed round', 'round-expired', 'late'],
    ['an altered token', 'round-token-invalid', 'forged'],
    ['the token of another player', 'round-token-mismatch', 'mismatched'],
    ['the token of an earlier round', 'round-token-mismatch', 'mismatched'],
    ['the token of another game', 'round-token-mismatch', 'mismatched'],
    ['choices of another game', 'choices-unfit', 'unfit'],
    ["another player's round", 'not-found', 'unknown'],
    ['a round that never was', 'not-found', 'unknown'],
  ] as const)('refuses %s, names it, counts it, and changes nothing', async (what, code, reason) => {
    const earlier = await table.start(user);
    await table.play(user, earlier);
    const started = await table.start(user);
    const other = newId();
    const others = await table.start(other);
    const sums = await table.start(user, 'sums');
    if (what === 'a replay') await table.play(user, started);
    if (what.startsWith('a play')) fixture.wait(300_000);
    if (what === 'a play of a closed round') await expireRounds(fixture.dependencies, run);
    const changes = {
      'a replay': {},
      'a play that is late': {},
      'a play of a closed round': {},
      'an altered token': { roundToken: started.roundToken.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A')) },
      'the token of another player': { roundToken: others.roundToken },
      'the token of an earlier round': { roundToken: earlier.roundToken },
      'the token of another game': { roundToken: sums.roundToken },
      'choices of another game': { choices: { game: 'sums', answers: [] } },
      "another player's round": { roundId: others.round.id, roundToken: others.roundToken },
      'a round that never was': { roundId: newId() },
    }[what];
    const before = [await traces(user), await traces(other), await states(user), await states(other)];
    table.refusals.length = 0;
    await expect(table.play(user, started, changes)).rejects.toEqual(problem(code));
    expect(table.refusals).toEqual([reason]);
    expect([await traces(user), await traces(other), await states(user), await states(other)]).toEqual(before);
  });

  it('accepts no play under a nonce that is not the round’s, though we signed it', async () => {
    const started = await table.start(user);
    const claims = table.tokens.read(started.roundToken);
    if (claims === null) throw new Error('unreadable');
    const roundToken = table.tokens.issue({ ...claims, nonce: Buffer.alloc(16) });
    await expect(table.play(user, started, { roundToken })).rejects.toEqual(problem('round-token-invalid'));
    expect(await states(user)).toEqual(['open']);
  });

  it('is all or nothing, wherever the process dies', async () => {
    const kills = await killAfterEachStep(
      fixture.test.database,
      async (mortal) => {
        const started = await table.start(user, 'dice', mortal);
        await table.play(user, started, {}, mortal);
      },
      async () => {
        const finished = (await states(user)).filter((state) => state === 'finished').length;
        const [counted] = await fixture.sql<{ events: number; rounds: number }>(
          `select (select count(*) from rewards.score_events where user_id = $1) as events,
             coalesce((select rounds from rewards.game_players where user_id = $1), 0) as rounds`,
          [user],
        );
        expect(counted).toEqual({ events: finished, rounds: finished });
        expect(await fixture.differences()).toEqual([]);
      },
    );
    expect(kills).toBeGreaterThanOrEqual(5);
  });
});

describe('The sweep', () => {
  it('and a play never both win', async () => {
    const users = range(0, 40).map(() => newId());
    const started = await Promise.all(users.map((userId) => table.start(userId)));
    const [, expiresAt] = [started[0]?.round.startedAt, started[0]?.round.expiresAt ?? new Date()];
    // Half of the processes have a clock that is behind.
    const late = { ...fixture.dependencies, clock: { now: () => expiresAt } };
    const outcomes = await Promise.all([
      Promise.allSettled(started.map((each, index) => table.play(users[index] ?? '', each))),
      expireRounds(late, run),
      expireRounds(late, run),
    ]);
    const played = outcomes[0].filter(({ status }) => status === 'fulfilled').length;
    const all = (await Promise.all(users.map(states))).flat();
    expect(all.filter((state) => state === 'finished')).toHaveLength(played);
    expect(all.filter((state) => state === 'expired')).toHaveLength(users.length - played);
    const [{ n } = { n: 0 }] = await fixture.sql<{ n: number }>(
      'select count(*) as n from rewards.score_events where user_id = any ($1)',
      [users],
    );
    expect(n).toBe(played);
  });

  it('closes every round whose time is up and no other, wherever it dies', async () => {
    const old = range(0, 5).map(() => newId());
    await Promise.all(old.map((userId) => table.start(userId)));
    fixture.wait(200_000);
    await table.start(user);
    fixture.wait(100_000);
    await killAfterEachStep(
      fixture.test.database,
      (worker) => expireRounds({ ...fixture.dependencies, worker }, run),
      () => expireRounds(fixture.dependencies, run),
    );
    expect((await Promise.all(old.map(states))).flat()).toEqual(old.map(() => 'expired'));
    expect(await states(user)).toEqual(['open']);
  });

  it('reads as expired, without a play', async () => {
    const { round } = await table.start(user);
    fixture.wait(300_000);
    await expireRounds(fixture.dependencies, run);
    const read = await getRound(fixture.dependencies, { userId: user, roundId: round.id });
    expect(read).toMatchObject({ state: 'expired', play: null });
  });
});

describe("Raw SQL as the application's role", () => {
  it('cannot play a finished round into a half-finished one, score twice, or change what was scored', async () => {
    const { id } = await table.round(user);
    await expect(
      fixture.sqlAsApplication(`update rewards.game_rounds set state = 'open' where id = $1`, [id]),
    ).rejects.toMatchObject({ constraint: 'game_rounds_finished_is_whole' });
    await expect(
      fixture.sqlAsApplication(
        `insert into rewards.score_events select round_id, user_id, game_id, 1, 0, finished_at from rewards.score_events
         where round_id = $1`,
        [id],
      ),
    ).rejects.toMatchObject({ constraint: 'score_events_pkey' });
    for (const sql of [
      'update rewards.score_events set score = score + 1',
      `update rewards.game_rounds set server_seed = sha256('known')`,
      `update rewards.game_rounds set expires_at = expires_at + interval '1 hour'`,
    ]) {
      await expect(fixture.sqlAsApplication(sql)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

describe('A streak', () => {
  it('grows by a day, survives until the end of the next one, and is remembered', async () => {
    const streak = async () => {
      const { streakDays, longestStreakDays } = await getGameStatistics(fixture.dependencies, {
        userId: user,
        gameId: 'dice',
      });
      return [streakDays, longestStreakDays];
    };
    const day = 86_400_000;
    expect(await streak()).toEqual([0, 0]);
    await table.play(user, await table.start(user), { choices: diceChoices });
    await table.round(user);
    expect(await streak()).toEqual([1, 1]);
    fixture.wait(day);
    expect(await streak()).toEqual([1, 1]);
    await table.round(user);
    fixture.wait(day);
    await table.round(user);
    expect(await streak()).toEqual([3, 3]);
    fixture.wait(2 * day);
    expect(await streak()).toEqual([0, 3]);
    await table.round(user);
    expect(await streak()).toEqual([1, 3]);
  });
});
