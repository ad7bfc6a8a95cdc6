import { Problem } from '../../shared/problem.ts';
import { problems } from './problems.ts';
import { requireTimeZone } from './time-zone.ts';

export const granularities = ['quarter', 'hour', 'day', 'week', 'month'] as const;

/** `quarter` is a quarter of an hour: the finest there is. */
export type Granularity = (typeof granularities)[number];

/** What is asked for: [from, to), widened to whole steps of the zone. */
export interface Range {
  readonly from: Date;
  readonly to: Date;
  readonly granularity: Granularity;
  readonly timeZone: string;
}

/** Points of one time series at most. */
export const MAX_DATA_POINTS = 1_000;
/** Days of a range at most where every quarter must be read, because the zone has no days. */
export const MAX_DAYS_OF_QUARTERS = 92;
/** Days of a summary at most. */
export const MAX_DAYS = 366;

/** Years that figures can be asked of: [1970, 3000). */
const FIRST = 0;
const LAST = Date.UTC(3000, 0, 1);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The shortest that each step can be: a bound on the number of points without asking a calendar. */
const shortest: Readonly<Record<Granularity, number>> = {
  quarter: HOUR / 4,
  hour: HOUR,
  day: 23 * HOUR,
  week: 7 * DAY - HOUR,
  month: 28 * DAY - HOUR,
};

/**
 * Judges a range before anything is asked of the database.
 *
 * @param preparedZones those whose days need not be added up from quarters
 * @throws Problem 409 `range-empty`, `range-out-of-bounds`, `range-too-large` (naming the limit) or `time-zone-unknown`
 */
export function requireRange(
  { from, to, granularity, timeZone }: Range,
  preparedZones: readonly string[],
  maxDays = Number.POSITIVE_INFINITY,
): void {
  const length = to.getTime() - from.getTime();
  if (length <= 0) throw new Problem(problems['range-empty'], { detail: '`from` must be before `to`.' });
  if (from.getTime() < FIRST || to.getTime() > LAST) {
    throw new Problem(problems['range-out-of-bounds'], { detail: 'Figures can be asked of the years 1970 to 2999.' });
  }
  requireTimeZone(timeZone);
  const points = Math.ceil(length / shortest[granularity]);
  if (points > MAX_DATA_POINTS) {
    throw tooLarge(
      `Up to ${points} points; at most ${MAX_DATA_POINTS} (maxDataPoints). Ask for a coarser granularity.`,
    );
  }
  const days = length / DAY;
  if (days > maxDays) throw tooLarge(`At most ${maxDays} days at once.`);
  if (days > MAX_DAYS_OF_QUARTERS && !preparedZones.includes(timeZone)) {
    throw tooLarge(
      `At most ${MAX_DAYS_OF_QUARTERS} days in ${timeZone}; more only in ${preparedZones.join(', ')}, whose days are kept.`,
    );
  }
}

function tooLarge(detail: string): Problem {
  return new Problem(problems['range-too-large'], { detail });
}
