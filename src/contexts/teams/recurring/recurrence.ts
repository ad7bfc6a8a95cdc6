/** When something comes again. All days are `YYYY-MM-DD`. */
export interface Recurrence {
  /** The first day, and what all others are counted from. */
  readonly startsOn: string;
  readonly unit: 'day' | 'week' | 'month' | 'year';
  readonly every: number;
  /** The last day on which there may be one; null is for ever. */
  readonly endsOn: string | null;
}

const DAY = 86_400_000;
const LAST_DAY = '9999-12-31';

/**
 * The day of occurrence n: n intervals after the first day, in a shorter month its last day. Never counted from the one before:
 * monthly from 31 January is 28 February, then 31 March.
 *
 * @param n 0 is the first day
 * @returns null after the end, or after the year 9999
 */
export function occurrenceOn({ startsOn, unit, every, endsOn }: Recurrence, n: number): string | null {
  const [year = 0, month = 1, day = 1] = startsOn.split('-').map(Number);
  const found =
    unit === 'day' || unit === 'week'
      ? textOf(utc(year, month, day) + n * every * (unit === 'week' ? 7 : 1) * DAY)
      : inMonths(year, month, day, n * every * (unit === 'year' ? 12 : 1));
  return found === null || found > (endsOn ?? LAST_DAY) ? null : found;
}

/**
 * The first occurrence after a day.
 *
 * @param after null: the first of all
 */
export function nextAfter(
  recurrence: Recurrence,
  after: string | null,
): { readonly number: number; readonly day: string | null } {
  if (after === null || after < recurrence.startsOn) return { number: 0, day: occurrenceOn(recurrence, 0) };
  const elapsed = Math.round((Date.parse(after) - Date.parse(recurrence.startsOn)) / DAY);
  // Never too far: no unit is shorter than it is taken for here at most.
  const longest = { day: 1, week: 7, month: 31, year: 366 }[recurrence.unit] * recurrence.every;
  for (let number = Math.max(0, Math.floor(elapsed / longest) - 1); ; number += 1) {
    const day = occurrenceOn(recurrence, number);
    if (day === null || day > after) return { number, day };
  }
}

function inMonths(year: number, month: number, day: number, months: number): string | null {
  const total = year * 12 + (month - 1) + months;
  const [inYear, inMonth] = [Math.floor(total / 12), (total % 12) + 1];
  const lastDay = new Date(utc(inYear, inMonth + 1, 0)).getUTCDate();
  return textOf(utc(inYear, inMonth, Math.min(day, lastDay)));
}

/** `Date.UTC` takes the years 0 to 99 for the twentieth century's. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function textOf(moment: number): string | null {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return null;
  return date.toISOString().slice(0, 10);
}
