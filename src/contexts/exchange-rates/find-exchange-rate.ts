import type { Queryable } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { Problem } from '../../shared/problem.ts';
import { crossRate } from '../../shared/rate.ts';
import { dayOf, isStale } from './exchange-rate.ts';
import type { ExchangeRate } from './exchange-rate.ts';
import { problems } from './problems.ts';
import { findPair } from './rate-store.ts';
import type { StoredPair } from './rate-store.ts';

export interface FindParts {
  readonly clock: Clock;
  readonly providers: readonly { readonly name: string }[];
}

export interface RateQuestion {
  readonly from: string;
  readonly to: string;
  /** `2026-11-20`; undefined is today in UTC. */
  readonly day: string | undefined;
}

/**
 * The stored rate of a pair on a day: that of the day itself or the newest before it, flagged when it is stale. Asks nobody.
 *
 * @throws Problem 409 `rate-unavailable`: nothing is known of the pair on that day, or it has not come yet
 */
export async function findExchangeRate(
  queryable: Queryable,
  { clock, providers }: FindParts,
  { from, to, day }: RateQuestion,
): Promise<ExchangeRate> {
  const asked = requireCome(clock, day);
  const names = providers.map(({ name }) => name);
  const pair = await findPair(queryable, names, { from, to, day: asked });
  const rate = pair && exchangeRateOf(pair, { from, to, day: asked });
  if (rate === undefined) throw unavailable(`No rate of ${from} and ${to} is known on or before ${asked}.`);
  return rate;
}

/**
 * The day itself, or today in UTC for undefined.
 *
 * @throws Problem 409 `rate-unavailable` for a day that has not come: whatever is told of it would change
 */
export function requireCome(clock: Clock, day: string | undefined): string {
  const today = dayOf(clock.now());
  if (day !== undefined && day > today) throw unavailable(`${day} has not come yet.`);
  return day ?? today;
}

/** Undefined where twelve places hold nothing of it. */
export function exchangeRateOf(
  { fromPerBase, toPerBase, base, provider, asOf }: StoredPair,
  { from, to, day }: { readonly from: string; readonly to: string; readonly day: string },
): ExchangeRate | undefined {
  const rate = crossRate(fromPerBase, toPerBase);
  return rate === undefined ? undefined : { from, to, rate, base, provider, asOf, stale: isStale(asOf, day) };
}

function unavailable(detail: string): Problem {
  return new Problem(problems['rate-unavailable'], { detail });
}
