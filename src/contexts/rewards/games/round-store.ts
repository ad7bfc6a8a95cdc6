import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { Tagged } from './game.ts';
import type { Round, RoundState } from './round.ts';

interface RoundRow extends Omit<Round, 'play'> {
  readonly clientSeed: string | null;
  readonly choices: Tagged | null;
  readonly outcome: Tagged | null;
  readonly score: number | null;
  readonly coins: number | null;
  readonly finishedAt: Date | null;
}

const columns = `id, user_id as "userId", game_id as "gameId", rules_version as "rulesVersion", state,
  server_seed as "serverSeed", started_at as "startedAt", expires_at as "expiresAt", client_seed as "clientSeed", choices,
  outcome, score, coins, finished_at as "finishedAt"`;

function roundOf({ clientSeed, choices, outcome, score, coins, finishedAt, ...round }: RoundRow): Round {
  const played =
    clientSeed !== null &&
    choices !== null &&
    outcome !== null &&
    score !== null &&
    coins !== null &&
    finishedAt !== null;
  return { ...round, play: played ? { clientSeed, choices, result: outcome, score, coins, finishedAt } : null };
}

export interface NewRound extends Omit<Round, 'state' | 'play'> {
  readonly nonceHash: Buffer;
}

/** The wallet is opened with the first round, so that a play only ever adds to it. */
export const insertStatement = statement<RoundRow>(
  'rewards.insert_round',
  `with wallet as (insert into rewards.accounts (id, kind) values ($2, 'wallet') on conflict do nothing)
   insert into rewards.game_rounds
     (id, user_id, game_id, rules_version, server_seed, nonce_hash, started_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (user_id, game_id) where state = 'open' do nothing
   returning ${columns}`,
);

/** Opens a round. @returns undefined when the player has an open one in this game; waits for one that is being opened */
export async function insertRound(tx: Transaction, round: NewRound): Promise<Round | undefined> {
  const { id, userId, gameId, rulesVersion, serverSeed, nonceHash, startedAt, expiresAt } = round;
  const values = [id, userId, gameId, rulesVersion, serverSeed, nonceHash, startedAt, expiresAt];
  const [row] = await tx.query(insertStatement, values);
  return row && roundOf(row);
}

const findOpenStatement = statement<RoundRow>(
  'rewards.find_open_round',
  `select ${columns} from rewards.game_rounds where user_id = $1 and game_id = $2 and state = 'open'`,
);

export async function findOpenRound(
  queryable: Queryable,
  { userId, gameId }: Pick<Round, 'userId' | 'gameId'>,
): Promise<Round | undefined> {
  const [row] = await queryable.query(findOpenStatement, [userId, gameId]);
  return row && roundOf(row);
}

export const findStatement = statement<RoundRow>(
  'rewards.find_round',
  `select ${columns} from rewards.game_rounds where id = $1 and user_id = $2`,
);

/** A player's own round. */
export async function findRound(
  queryable: Queryable,
  { id, userId }: Pick<Round, 'id' | 'userId'>,
): Promise<Round | undefined> {
  const [row] = await queryable.query(findStatement, [id, userId]);
  return row && roundOf(row);
}

const listStatement = statement<RoundRow>(
  'rewards.list_rounds',
  `select ${columns} from rewards.game_rounds
   where user_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or game_id = $3)
     and ($4::text is null or state = $4)
   order by id desc limit $5`,
);

export interface RoundFilter {
  readonly userId: string;
  readonly gameId: string | undefined;
  readonly state: RoundState | undefined;
}

/** A player's rounds, the newest first, strictly before the round `before`. */
export async function listRoundRows(
  queryable: Queryable,
  { userId, gameId, state }: RoundFilter,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<Round[]> {
  const rows = await queryable.query(listStatement, [userId, before ?? null, gameId ?? null, state ?? null, limit]);
  return rows.map(roundOf);
}

const expireOneStatement = statement<{ id: string }>(
  'rewards.expire_open_round',
  `update rewards.game_rounds set state = 'expired'
   where user_id = $1 and game_id = $2 and state = 'open' and expires_at <= $3 returning id`,
);

/** Closes a player's round whose time is up. @returns false when there is none */
export async function expireOpenRound(
  tx: Transaction,
  { userId, gameId }: Pick<Round, 'userId' | 'gameId'>,
  now: Date,
): Promise<boolean> {
  return (await tx.query(expireOneStatement, [userId, gameId, now])).length > 0;
}

const expireManyStatement = statement<{ gameId: string }>(
  'rewards.expire_rounds',
  `update rewards.game_rounds r set state = 'expired'
   from (
     select id from rewards.game_rounds where state = 'open' and expires_at <= $1 order by expires_at limit $2
     for update skip locked) due
   where r.id = due.id and r.state = 'open' returning r.game_id as "gameId"`,
);

/** Closes rounds whose time is up, but none that is being played at this moment. @returns the game of each */
export async function expireRoundRows(queryable: Queryable, now: Date, limit: number): Promise<string[]> {
  const closed = await queryable.query(expireManyStatement, [now, limit]);
  return closed.map(({ gameId }) => gameId);
}
