import type { DaysRequest, Reporting } from './get-overview.ts';
import { MAX_DAYS, requireRange } from './range.ts';
import type { Report } from './run-report.ts';
import { readSeries } from './series-store.ts';
import type { Point } from './series-store.ts';
import { findWholeDays, sumWholeDays } from './sum-store.ts';
import type { Days } from './sum-store.ts';

export interface GameActivity extends Days {
  /** The most played game first. */
  readonly games: readonly {
    readonly gameId: string;
    readonly rounds: number;
    readonly coinsWon: number;
  }[];
  /** Rounds of all games together, a point per day. */
  readonly rounds: readonly Point[];
}

/** More games than an installation has. */
export const MAX_GAMES = 100;

/**
 * Rounds played and coins won by game, on whole days of a zone.
 *
 * @throws Problem 409 `range-empty`, `range-too-large`, `time-zone-unknown`; 503 `unavailable`
 */
export async function getGameActivity(
  { runReport, zones }: Reporting,
  { from, to, timeZone, ifNoneMatch }: DaysRequest,
): Promise<Report<GameActivity>> {
  const range = { from, to, timeZone, granularity: 'day' } as const;
  requireRange(range, zones, MAX_DAYS);
  return runReport({
    query: ['game-activity', from, to, timeZone],
    ifNoneMatch,
    narrow: 'ask for fewer days.',
    read: async (tx, freshness) => {
      const days = await findWholeDays(tx, from, to, timeZone);
      const request = { ...days, timeZone, metrics: ['rounds'], withPrevious: false };
      const { sums } = await sumWholeDays(tx, request, freshness.zones);
      const games = sums
        .map(({ dimension, n, amount }) => ({ gameId: dimension, rounds: n, coinsWon: amount }))
        .sort((a, b) => b.rounds - a.rounds || (a.gameId < b.gameId ? -1 : 1))
        .slice(0, MAX_GAMES);
      const dimensions = games.map(({ gameId }) => gameId);
      const metric = { unit: 'count', facts: 'rounds', dimensions, measure: 'n' } as const;
      return { ...days, games, rounds: await readSeries(tx, metric, range, freshness) };
    },
  });
}
