import { statement } from '../../database/transaction.ts';
import type { CursorPosition } from '../../shared/cursor.ts';
import type { PersonalDataSection } from '../context.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { listRoundRows } from './games/round-store.ts';
import type { Round } from './games/round.ts';
import { listEntries } from './ledger-store.ts';
import { listRedemptionRows } from './redemptions/redemption-store.ts';
import type { RedemptionRow } from './redemptions/redemption-store.ts';

const PAGE = 1_000;

const membershipStatement = statement<object>(
  'rewards.list_membership',
  `select phone, verified_at as "verifiedAt" from rewards.members where user_id = $1`,
);

const playerStatement = statement<object>(
  'rewards.list_player_statistics',
  `select game_id as "gameId", rounds, points, best, best_at as "bestAt", streak_days as "streakDays",
     longest_streak_days as "longestStreakDays", last_day::text as "lastDay"
   from rewards.game_players where user_id = $1 order by game_id`,
);

/** What rewards knows about a person. */
export function createPersonalData({ worker }: Pick<RewardsDependencies, 'worker'>): readonly PersonalDataSection[] {
  return [
    {
      name: 'membership',
      async *read(userId) {
        yield await worker.query(membershipStatement, [userId]);
      },
    },
    {
      name: 'walletEntries',
      async *read(userId) {
        for (let last: number | undefined, length = PAGE; length === PAGE;) {
          const after = last === undefined ? undefined : { key: null, id: String(last) };
          const entries = await listEntries(worker, userId, { after, limit: PAGE });
          yield entries;
          [last, length] = [entries.at(-1)?.id, entries.length];
        }
      },
    },
    {
      name: 'gameRounds',
      async *read(userId) {
        const filter = { userId, gameId: undefined, state: undefined };
        for (let before: string | undefined, length = PAGE; length === PAGE;) {
          const rounds: readonly Round[] = await listRoundRows(worker, filter, { before, limit: PAGE });
          yield rounds.map(({ serverSeed: _, ...round }) => round);
          [before, length] = [rounds.at(-1)?.id, rounds.length];
        }
      },
    },
    {
      name: 'gameStatistics',
      async *read(userId) {
        yield await worker.query(playerStatement, [userId]);
      },
    },
    {
      name: 'redemptions',
      async *read(userId) {
        for (let after: CursorPosition | undefined, length = PAGE; length === PAGE;) {
          const rows: readonly RedemptionRow[] = await listRedemptionRows(worker, userId, { after, limit: PAGE });
          yield rows.map(({ sortKey: _, ...redemption }) => redemption);
          const last = rows.at(-1);
          after = last && { key: last.sortKey, id: last.id };
          length = rows.length;
        }
      },
    },
  ];
}
