import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { statement } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';
import { getGame } from './games.ts';

let portico: TestPortico;
let userId: string;
let token: string;
let ahead = 0;

beforeAll(async () => {
  portico = await startPortico({ clock: { now: () => new Date(Date.now() + ahead) } });
});
afterAll(() => portico.close());
beforeEach(() => {
  userId = newId();
  token = portico.tokenFor({ userId });
});

const post = (path: string, body?: unknown, key?: string) =>
  portico.request('POST', path, {
    token,
    ...(body === undefined ? {} : { body }),
    ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
  });
const read = async <Body>(path: string): Promise<Body> => {
  const answer = await portico.request('GET', path, { token });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Body;
};
const start = async (gameId = 'dice') =>
  (await (await post(`/api/v1/games/${gameId}/rounds`)).json()) as Schema<'StartedRound'>;
const playOf = ({ roundToken }: Schema<'StartedRound'>, number = 3) => ({
  roundToken,
  clientSeed: 'my-lucky-seed',
  choices: { game: 'dice', number },
});
const problemOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code];
const seedOf = async (roundId: string): Promise<string> => {
  const find = statement<{ seed: string }>(
    '',
    `select encode(server_seed, 'hex') as seed from rewards.game_rounds where id = $1`,
  );
  const [row] = await portico.owner.query(find, [roundId]);
  return row?.seed ?? '';
};

describe('A round of dice', () => {
  it('is started, played and read, and anybody can check it', async () => {
    const answer = await post('/api/v1/games/dice/rounds');
    const started = (await answer.json()) as Schema<'StartedRound'>;
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `/api/v1/game-rounds/${started.id}`]);
    expect((await post('/api/v1/games/dice/rounds')).status).toBe(200);

    const played = (await (
      await post(`/api/v1/game-rounds/${started.id}/play`, playOf(started))
    ).json()) as Schema<'Round'>;
    expect(played).toMatchObject({ id: started.id, state: 'finished', commit: started.commit });
    expect(await read(`/api/v1/game-rounds/${started.id}`)).toEqual(played);
    const { items } = await read<Schema<'RoundPage'>>('/api/v1/game-rounds?gameId=dice&state=finished');
    expect(items).toEqual([played]);

    // What a stranger needs: the answer itself, and the rules of that version.
    const serverSeed = Buffer.from(played.serverSeed ?? '', 'hex');
    expect(createHash('sha256').update(serverSeed).digest('hex')).toBe(started.commit);
    const { rules } = await read<Schema<'Game'>>(`/api/v1/games/dice?rulesVersion=${played.rulesVersion}`);
    expect(rules).toEqual(getGame('dice').rulesOf(1));
    const { clientSeed = '', choices = { game: '' }, result, score, coins } = played.play ?? {};
    const outcome = getGame('dice').outcome(1, { serverSeed, roundId: played.id, clientSeed }, choices);
    expect(outcome).toEqual({ result, score, coins });
  });

  it('is played once: the same key gives the same answer, anything else is refused', async () => {
    const started = await start();
    const path = `/api/v1/game-rounds/${started.id}/play`;
    const key = newId();
    const first = await post(path, playOf(started), key);
    const again = await post(path, playOf(started), key);
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 200, 'true']);
    expect(await again.text()).toBe(await first.text());
    expect(await problemOf(await post(path, playOf(started, 4), key))).toEqual([422, 'idempotency-key-reused']);
    expect(await problemOf(await post(path, playOf(started), newId()))).toEqual([409, 'round-finished']);
    expect(await problemOf(await post(path, playOf(started)))).toEqual([409, 'round-finished']);
    const statistics = await read<Schema<'GameStatistics'>>('/api/v1/games/dice/statistics');
    expect(statistics.rounds).toBe(1);
  });

  it('keeps its seed to itself until it is over, in answers, logs and jobs', async () => {
    const started = await start();
    const seed = await seedOf(started.id);
    expect(seed).toMatch(/^[0-9a-f]{64}$/);
    const shown = [
      JSON.stringify(started),
      JSON.stringify(await start()),
      JSON.stringify(await read(`/api/v1/game-rounds/${started.id}`)),
      JSON.stringify(await read('/api/v1/game-rounds')),
      await (await post(`/api/v1/game-rounds/${started.id}/play`, { ...playOf(started), roundToken: 'a.b' })).text(),
      JSON.stringify(portico.lines),
      JSON.stringify(await portico.owner.query(statement('', 'select * from graphile_worker._private_jobs'))),
    ].join('\n');
    expect(shown).toContain(started.id);
    for (const spelling of [
      seed,
      Buffer.from(seed, 'hex').toString('base64'),
      Buffer.from(seed, 'hex').toString('base64url'),
    ]) {
      expect(shown).not.toContain(spelling);
    }
  });

  it('expires: it cannot be played any more, and shows its seed once the sweep has closed it', async () => {
    const started = await start();
    ahead += 301_000;
    expect(await problemOf(await post(`/api/v1/game-rounds/${started.id}/play`, playOf(started)))).toEqual([
      409,
      'round-expired',
    ]);
    expect(await read<Schema<'Round'>>(`/api/v1/game-rounds/${started.id}`)).not.toHaveProperty('serverSeed');
    expect(await start()).not.toMatchObject({ id: started.id });
    const closed = await read<Schema<'Round'>>(`/api/v1/game-rounds/${started.id}`);
    expect(closed).toMatchObject({ state: 'expired', serverSeed: await seedOf(started.id) });
    expect(closed).not.toHaveProperty('play');
  });
});

describe('A round of sums', () => {
  it('shows what is asked and judges the answers', async () => {
    const started = await start('sums');
    const solve = {
      plus: (a: number, b: number) => a + b,
      minus: (a: number, b: number) => a - b,
      times: (a: number, b: number) => a * b,
    };
    const answers = started.challenge?.sums.map(({ left, operator, right }) =>
      solve[operator as keyof typeof solve](left, right),
    );
    const play = { ...playOf(started), choices: { game: 'sums', answers } };
    const answer = await post(`/api/v1/game-rounds/${started.id}/play`, play);
    expect(await answer.json()).toMatchObject({ challenge: started.challenge, play: { score: 385, coins: 10 } });
    expect(await read('/api/v1/wallet')).toEqual({ balance: 10 });
    const { items } = await read<Schema<'WalletEntryPage'>>('/api/v1/wallet/entries');
    expect(items).toMatchObject([{ amount: 10, kind: 'round', reference: started.id }]);
  });
});

describe('Leaderboards', () => {
  it('show the caller under another name than the account’s, the same in every board', async () => {
    const started = await start('sums');
    const solved = started.challenge?.sums.map(({ left, operator, right }) =>
      operator === 'plus' ? left + right : null,
    );
    await post(`/api/v1/game-rounds/${started.id}/play`, {
      ...playOf(started),
      choices: { game: 'sums', answers: solved },
    });
    const boards = await Promise.all(
      ['daily', 'weekly', 'all-time'].map((period) =>
        read<Schema<'Leaderboard'>>(`/api/v1/games/sums/leaderboards/${period}`),
      ),
    );
    for (const board of boards) {
      expect(board.me).toMatchObject({ me: true, score: 59, player: boards[0]?.me?.player });
      expect(board.top.filter(({ me }) => me)).toEqual([board.me]);
      expect(JSON.stringify(board)).not.toContain(userId);
    }
    const stranger = portico.tokenFor('user');
    const answer = await portico.request('GET', '/api/v1/games/sums/leaderboards/daily', { token: stranger });
    expect(await answer.json()).not.toHaveProperty('me');
  });

  it.each(['0001-01-01T00:00:00+14:00', '1970-01-01T00:00:00Z', '9999-12-31T23:59:59-12:00'])(
    'of %s are empty',
    async (at) => {
      const path = `/api/v1/games/dice/leaderboards/weekly?at=${encodeURIComponent(at)}`;
      expect(await read(path)).toMatchObject({ players: 0, top: [], around: [] });
    },
  );
});

describe('Metrics', () => {
  it('count rounds and every refusal by its reason', async () => {
    const valueOf = async (series: string) => {
      const text = await (await portico.request('GET', '/metrics')).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.slice(series.length) ?? 0,
      );
    };
    const forged = 'portico_game_plays_refused_total{reason="forged"}';
    const finished = 'portico_game_rounds_total{game="dice",event="finished"}';
    const before = [await valueOf(forged), await valueOf(finished)];
    const started = await start();
    await post(`/api/v1/game-rounds/${started.id}/play`, { ...playOf(started), roundToken: 'a.b' });
    await post(`/api/v1/game-rounds/${started.id}/play`, playOf(started));
    expect([await valueOf(forged), await valueOf(finished)]).toEqual(before.map((value) => value + 1));
  });
});
