import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../../shared/id.ts';
import { killAfterEachStep } from '../../../testing/dying-database.ts';
import { eraseMember } from '../erase-member.ts';
import { getGame } from '../games/games.ts';
import { boardRows, score } from '../games/games.fixture.ts';
import type { Scored } from '../games/games.fixture.ts';
import { createRewardsFixture, range, shuffled } from '../rewards.fixture.ts';
import type { RewardsFixture } from '../rewards.fixture.ts';
import type { BoardPeriod } from './board.ts';
import { countScores } from './count-scores.ts';
import { getLeaderboard } from './get-leaderboard.ts';
import { rebuildLeaderboards } from './rebuild-leaderboards.ts';

let fixture: RewardsFixture;
const run = { signal: new AbortController().signal };
const morning = new Date('2026-11-18T08:00:00.000Z');

beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());
beforeEach(() =>
  fixture.sql(
    'truncate rewards.game_rounds, rewards.score_events, rewards.game_players, rewards.leaderboard_entries, rewards.score_histogram',
  ),
);

const at = (minutes: number) => new Date(morning.getTime() + minutes * 60_000);
const rebuild = (dependencies = fixture.dependencies) => rebuildLeaderboards(dependencies, run);
const leaderboard = (userId: string, gameId = 'dice', period: BoardPeriod = 'daily', limit = 100, neighbours = 3) =>
  getLeaderboard(fixture.dependencies, { game: getGame(gameId), period, at: morning, userId, limit, neighbours });

/** The order that a board promises: score, then who reached it first, then user id. */
function order(a: Scored, b: Scored): number {
  return b.score - a.score || a.at.getTime() - b.at.getTime() || (a.userId < b.userId ? -1 : 1);
}

/** What the board of one day must show for these rounds. */
function expected(rounds: readonly Scored[], adds: boolean): Scored[] {
  const players = new Map<string, Scored>();
  for (const round of rounds.filter((each) => each.score > 0)) {
    const known = players.get(round.userId);
    const better =
      known === undefined || round.score > known.score || (round.score === known.score && round.at < known.at);
    if (known === undefined || !adds) {
      if (better) players.set(round.userId, round);
    } else {
      const last = known.at > round.at ? known.at : round.at;
      players.set(round.userId, { userId: round.userId, score: known.score + round.score, at: last });
    }
  }
  return [...players.values()].sort(order);
}

describe('Any rounds, played at once', () => {
  it.each([
    ['dice', true],
    ['sums', false],
  ])(
    'stand on the boards of %s as adding them up gives, and every rank agrees',
    async (gameId, adds) => {
      const players = range(0, 6).map(() => newId());
      // Few scores and few moments, so that there are ties of every kind.
      const rounds = fc.array(
        fc.record({
          player: fc.nat({ max: 5 }),
          score: fc.constantFrom(0, 10, 10, 40, 150),
          minute: fc.nat({ max: 4 }),
        }),
        { maxLength: 25 },
      );
      let counting = false;
      await fc.assert(
        fc.asyncProperty(rounds, async (sequence) => {
          await fixture.sql(
            'truncate rewards.game_rounds, rewards.score_events, rewards.leaderboard_entries, rewards.score_histogram',
          );
          const played = sequence.map(({ player, score: points, minute }) => ({
            ...{ userId: players[player] ?? '', score: points, at: at(minute) },
          }));
          // One open round per player: each plays one after the other, all players at once.
          await Promise.all(
            players.map(async (userId) => {
              for (const round of played.filter((each) => each.userId === userId)) await score(fixture, gameId, round);
            }),
          );
          if ((counting = !counting)) await countScores(fixture.dependencies, run);
          const wanted = expected(played, adds);
          for (const period of ['daily', 'weekly', 'all-time'] as const) {
            const rows = await boardRows(fixture, gameId, period);
            expect(
              rows.map(({ userId, score: points, reachedAt }) => ({ userId, score: points, at: reachedAt })),
            ).toEqual(wanted);
          }
          for (const [index, { userId }] of wanted.entries()) {
            const board = await leaderboard(userId, gameId);
            expect(board.players).toBe(wanted.length);
            expect(board.top.map((entry) => [entry.rank, entry.userId])).toEqual(
              wanted.map((each, n) => [n + 1, each.userId]),
            );
            expect(board.me).toEqual(board.top[index]);
            expect(board.around).toEqual(board.top.slice(Math.max(0, index - 3), index + 4));
          }
          expect(await rebuild()).toEqual({ entries: 0, buckets: 0 });
        }),
        { numRuns: 15 },
      );
    },
    60_000,
  );

  it('belong to the day and week they were finished in', async () => {
    const user = newId();
    const moments = [
      '2026-11-15T23:59:59.999Z',
      '2026-11-16T00:00:00.000Z',
      '2026-11-18T08:00:00.000Z',
      '2026-11-22T23:59:59.999Z',
    ];
    for (const moment of moments) await score(fixture, 'dice', { userId: user, score: 10, at: new Date(moment) });
    const starts = async (period: BoardPeriod) =>
      (await boardRows(fixture, 'dice', period)).map((row) => [row.periodStart.toISOString(), row.score]);
    expect(await starts('daily')).toEqual(moments.map((moment) => [`${moment.slice(0, 10)}T00:00:00.000Z`, 10]));
    expect(await starts('weekly')).toEqual([
      ['2026-11-09T00:00:00.000Z', 10],
      ['2026-11-16T00:00:00.000Z', 30],
    ]);
    expect(await starts('all-time')).toEqual([['1970-01-01T00:00:00.000Z', 40]]);
  });
});

describe('A rank', () => {
  it('is exact before, while and after scores are counted', async () => {
    const users = shuffled(
      range(0, 120).map(() => newId()),
      7,
    );
    const scoreOf = (index: number) => 10 + (index % 17) * 40;
    await Promise.all(
      users.map((userId, index) => score(fixture, 'dice', { userId, score: scoreOf(index), at: at(index % 5) })),
    );
    const ranks = async () =>
      Promise.all(users.map(async (userId) => (await leaderboard(userId, 'dice', 'daily', 1, 0)).me?.rank));
    const wanted = async () => {
      const rows = await boardRows(fixture, 'dice', 'daily');
      return users.map((userId) => rows.findIndex((row) => row.userId === userId) + 1);
    };
    expect(await ranks()).toEqual(await wanted());
    await countScores(fixture.dependencies, run);
    expect(await ranks()).toEqual(await wanted());
    // Some move up, across buckets and within them, some are new; half of that is counted meanwhile.
    const movers = users.filter((_, index) => index % 3 === 0);
    const [, , seen] = await Promise.all([
      Promise.all(movers.map((userId, index) => score(fixture, 'dice', { userId, score: 1 + index * 7, at: at(9) }))),
      countScores(fixture.dependencies, run),
      leaderboard(users[0] ?? '', 'dice', 'daily', 100, 20),
      countScores(fixture.dependencies, run),
    ]);
    const [first] = seen.around;
    expect(seen.around.map(({ rank }) => rank)).toEqual(seen.around.map((_, index) => (first?.rank ?? 0) + index));
    expect(await ranks()).toEqual(await wanted());
    await countScores(fixture.dependencies, run);
    expect(await ranks()).toEqual(await wanted());
    expect(await rebuild()).toEqual({ entries: 0, buckets: 0 });
  }, 30_000);

  it('is nobody’s without a point', async () => {
    const user = newId();
    await score(fixture, 'dice', { userId: user, score: 0, at: morning });
    expect(await leaderboard(user)).toMatchObject({ players: 0, top: [], me: null, around: [] });
  });
});

describe('Counting scores', () => {
  it('counts each once, wherever it dies', async () => {
    await Promise.all(range(0, 30).map((n) => score(fixture, 'dice', { userId: newId(), score: 10 + n, at: at(n) })));
    await killAfterEachStep(
      fixture.test.database,
      (worker) => countScores({ worker }, run),
      () => Promise.resolve(),
    );
    const [{ n } = { n: 0 }] = await fixture.sql<{ n: number }>(`select sum(n) as n from rewards.score_histogram`);
    expect(n).toBe(90);
    expect(await rebuild()).toEqual({ entries: 0, buckets: 0 });
  });
});

describe('Rebuilding', () => {
  const told: number[] = [];
  const listening = () => ({
    ...fixture.dependencies,
    observer: {
      ...fixture.dependencies.observer,
      leaderboardsCompared: ({ differences }: { readonly differences: number }) => void told.push(differences),
    },
  });

  it('puts right what was lost, changed or made up, tells how much, and then finds nothing', async () => {
    const users = range(0, 40).map(() => newId());
    await Promise.all(users.map((userId, n) => score(fixture, 'dice', { userId, score: 10 + n, at: at(n) })));
    await countScores(fixture.dependencies, run);
    const before = await boardRows(fixture, 'dice', 'daily');
    await fixture.sql(`delete from rewards.leaderboard_entries where board = 'dice:daily' and user_id = any ($1)`, [
      users.slice(0, 5),
    ]);
    await fixture.sql(
      `update rewards.leaderboard_entries set score = score + 1 where board = 'dice:daily' and user_id = $1`,
      [users[7]],
    );
    await fixture.sql(
      `insert into rewards.leaderboard_entries (board, period_start, user_id, score, reached_at)
       select board, period_start, gen_random_uuid(), 5, reached_at from rewards.leaderboard_entries where board = 'dice:daily' limit 1`,
    );
    told.length = 0;
    const found = await rebuild(listening());
    expect(found.entries).toBe(7);
    expect(told).toEqual([found.entries + found.buckets]);
    expect(await boardRows(fixture, 'dice', 'daily')).toEqual(before);
    await countScores(fixture.dependencies, run);
    expect(await rebuild()).toEqual({ entries: 0, buckets: 0 });
  });

  it('makes boards out of nothing, while people play', async () => {
    const users = range(0, 30).map(() => newId());
    await Promise.all(users.map((userId, n) => score(fixture, 'sums', { userId, score: 10 + n, at: at(n) })));
    await fixture.sql('truncate rewards.leaderboard_entries, rewards.score_histogram');
    await Promise.all([
      rebuild(),
      ...users.map((userId, n) => score(fixture, 'sums', { userId, score: 385 - n, at: at(60) })),
      rebuild(),
    ]);
    await rebuild();
    const rows = await boardRows(fixture, 'sums', 'weekly');
    expect(rows.map(({ userId }) => userId)).toEqual(users);
    expect(rows.map((row) => row.score)).toEqual(users.map((_, n) => 385 - n));
    expect(await rebuild()).toEqual({ entries: 0, buckets: 0 });
  });
});

describe('An erased player', () => {
  it('is gone from every board and count, and the others move up', async () => {
    const [first, second] = [newId(), newId()];
    await score(fixture, 'dice', { userId: first, score: 500, at: morning });
    await score(fixture, 'dice', { userId: second, score: 10, at: morning });
    await countScores(fixture.dependencies, run);
    await score(fixture, 'dice', { userId: first, score: 500, at: at(1) });
    expect((await leaderboard(second)).me?.rank).toBe(2);
    await killAfterEachStep(
      fixture.test.database,
      (worker) => eraseMember({ worker }, { userId: first }),
      () => Promise.resolve(),
    );
    expect(await leaderboard(second)).toMatchObject({ players: 1, me: { rank: 1 } });
    expect((await leaderboard(first)).me).toBeNull();
    expect(await fixture.sql('select from rewards.game_rounds where user_id = $1', [first])).toEqual([]);
    expect(await rebuild()).toEqual({ entries: 0, buckets: 0 });
    expect(await fixture.differences()).toEqual([]);
  });
});
