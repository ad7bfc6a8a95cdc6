import { requireCurrency } from '../../shared/money.ts';
import type { Money } from '../../shared/money.ts';
import { convertMoney } from '../../shared/rate.ts';
import type { ExchangeRatesDependencies } from './dependencies.ts';
import type { ExchangeRate } from './exchange-rate.ts';
import { findExchangeRate } from './find-exchange-rate.ts';

/** What an amount would be in another currency. Indicative: no provider promises to change money at this rate. */
export interface Conversion {
  readonly from: Money;
  readonly to: Money;
  readonly rate: ExchangeRate;
}

/** @throws Problem 409 `currency-unknown`, `rate-unavailable`, `money-overflow` */
export async function getConversion(
  dependencies: Pick<ExchangeRatesDependencies, 'primary' | 'clock' | 'providers'>,
  { amount, from, to, day }: { amount: bigint; from: string; to: string; day: string | undefined },
): Promise<Conversion> {
  const money = { amount, currency: requireCurrency(from, '?from') };
  const question = { from, to: requireCurrency(to, '?to'), day };
  const rate = await findExchangeRate(dependencies.primary, dependencies, question);
  return { from: money, to: convertMoney(money, rate.rate, to), rate };
}
