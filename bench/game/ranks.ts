import pg from 'pg';
import { connect } from '../../src/database/connect.ts';
import { statement } from '../../src/database/transaction.ts';
import { measured } from '../../src/contexts/rewards/index.ts';

const { findStanding, listNeighbours, listTop } = measured;
const part = { board: 'dice:all-time', periodStart: new Date('2100-01-01T00:00:00Z') };
const LOOKS = 300;
const WARM = 50;
/** Of what takes a quarter of a second each. */
const FEW = 30;

/** A board of so many players, as scores of several hundred rounds each spread, all of it counted. */
export async function seedBoard(url: string, players: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into rewards.leaderboard_entries (board, period_start, user_id, score, reached_at, counted_bucket)
     select $1, $2, gen_random_uuid(), s, now() - random() * interval '100 days', floor(sqrt(s::double precision))
     from (select 10 * (1 + floor(20000 * random() * random()))::bigint as s from generate_series(1, $3::int)) scores`,
    [part.board, part.periodStart, players],
  );
  await client.query(
    `insert into rewards.score_histogram (board, period_start, bucket, n)
     select board, period_start, bucket, count(*) from rewards.leaderboard_entries where period_start = $1 group by 1, 2, 3`,
    [part.periodStart],
  );
  await client.query('vacuum analyze rewards.leaderboard_entries');
  await client.query('vacuum analyze rewards.score_histogram');
  await client.end();
}

const someStatement = statement<{ userId: string }>(
  'bench.some_players',
  `select user_id as "userId" from rewards.leaderboard_entries where board = $1 and period_start = $2
   order by user_id limit $3`,
);
const scanStatement = statement<{ rank: number }>(
  'bench.rank_by_counting',
  `select count(*) + 1 as rank from rewards.leaderboard_entries e, rewards.leaderboard_entries me
   where me.board = $1 and me.period_start = $2 and me.user_id = $3 and e.board = $1 and e.period_start = $2
     and (e.score > me.score or (e.score = me.score and (e.reached_at, e.user_id) < (me.reached_at, me.user_id)))`,
);
const unsettleStatement = statement(
  'bench.unsettle',
  `update rewards.leaderboard_entries set score = score + 500 where board = $1 and period_start = $2
     and user_id in (select user_id from rewards.leaderboard_entries where board = $1 and period_start = $2 limit $3)`,
);

export interface Times {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds of one look at random players: ids are random, so the first by id stand anywhere on the board. */
export async function measureRanks(url: string) {
  const database = connect({ url, name: 'bench ranks', size: 1, statementTimeout: 60_000 });
  const people = await database.query(someStatement, [part.board, part.periodStart, LOOKS + WARM]);
  const time = async (look: (userId: string) => Promise<unknown>, looks = LOOKS): Promise<Times> => {
    const times: number[] = [];
    for (const { userId } of people.slice(0, looks + WARM)) {
      const began = performance.now();
      await look(userId);
      times.push(performance.now() - began);
    }
    const sorted = times.slice(WARM).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return { p50: at(0.5), p95: at(0.95) };
  };
  try {
    return {
      'top 10': await time(() => listTop(database, part, 10)),
      'rank by histogram': await time((userId) => findStanding(database, part, userId)),
      'neighbours, with the rank': await time(async (userId) => {
        const standing = await findStanding(database, part, userId);
        if (standing !== undefined) await listNeighbours(database, part, standing, 3);
      }),
      'rank by counting the index': await time(
        (userId) => database.query(scanStatement, [part.board, part.periodStart, userId]),
        FEW,
      ),
      'rank while 50,000 are not counted yet': await (async () => {
        await database.query(unsettleStatement, [part.board, part.periodStart, 50_000]);
        return time((userId) => findStanding(database, part, userId));
      })(),
    };
  } finally {
    await database.close();
  }
}
