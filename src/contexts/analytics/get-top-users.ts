import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';
import type { Reporting } from './get-overview.ts';
import type { Report } from './run-report.ts';
import { requireTimeZone } from './time-zone.ts';
import { readTopUsers } from './top-user-store.ts';
import type { RankedUser, TopUserMeasure, WindowDays } from './top-user-store.ts';

export interface TopUsersRequest {
  readonly measure: TopUserMeasure;
  readonly days: WindowDays;
  readonly timeZone: string;
  readonly limit: number;
  readonly ifNoneMatch?: string | undefined;
}

export interface TopUsers {
  /** The last day of the window, `YYYY-MM-DD`; null before the first night. */
  readonly through: string | null;
  readonly users: readonly RankedUser[];
}

/**
 * Who received or spent the most coins in the last whole days of a zone. Ranked once a night, when the day is complete.
 *
 * @throws Problem 409 `time-zone-unknown`, `time-zone-not-prepared`; 503 `unavailable`
 */
export async function getTopUsers(
  { runReport, zones }: Reporting,
  { measure, days, timeZone, limit, ifNoneMatch }: TopUsersRequest,
): Promise<Report<TopUsers>> {
  requireTimeZone(timeZone);
  if (!zones.includes(timeZone)) {
    throw new Problem(problems['time-zone-not-prepared'], {
      detail: `Users are ranked by the days of ${zones.join(', ')} only.`,
    });
  }
  return runReport({
    query: ['top-users', measure, days, timeZone, limit],
    ifNoneMatch,
    narrow: 'ask again in a moment.',
    read: (tx) => readTopUsers(tx, { measure, days, timeZone, limit }),
  });
}
