import { reply } from '../../../contract/handlers.ts';
import type { Handlers, Schema } from '../../../contract/handlers.ts';
import { moneyText } from '../../../shared/money.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import type { Conversion } from './conversion.ts';
import { listConversions } from './list-conversions.ts';
import { recordConversion } from './record-conversion.ts';
import { voidConversion } from './void-conversion.ts';

type ConversionOperation = 'listConversions' | 'recordConversion' | 'voidConversion';

/** Debts that change their currency. */
export function createConversionOperations(dependencies: TeamsDependencies): Handlers<ConversionOperation> {
  const { clock, findExchangeRate } = dependencies;
  return {
    listConversions: async ({ path, query }, { principal }) => {
      const { limit, cursor } = query;
      const page = await listConversions(dependencies, { ...path, userId: principal.userId, limit, cursor });
      return reply('listConversions', { status: 200, body: { ...page, items: page.items.map(conversionBody) } });
    },
    recordConversion: async ({ path, body }, { tx, id, principal }) => {
      const { rateDate, ...rest } = body;
      const command = { ...path, ...rest, rateDate, id: id('conversion'), userId: principal.userId };
      const conversion = await recordConversion({ tx, clock, findExchangeRate }, command);
      return reply('recordConversion', { status: 200, body: conversionBody(conversion) });
    },
    voidConversion: async ({ path }, { tx, principal }) => {
      const conversion = await voidConversion({ tx, clock }, { ...path, userId: principal.userId });
      return reply('voidConversion', { status: 200, body: conversionBody(conversion) });
    },
  };
}

function conversionBody(conversion: Conversion): Schema<'TeamConversion'> {
  const { amount, currency, convertedAmount, convertedCurrency, rate, createdAt, updatedAt, ...rest } = conversion;
  return {
    ...rest,
    ...{ amount: moneyText({ amount, currency }), currency, convertedCurrency },
    convertedAmount: moneyText({ amount: convertedAmount, currency: convertedCurrency }),
    rate: rate.rate,
    rateDate: rate.date,
    rateProvider: rate.provider,
    rateBase: rate.base,
    rateStale: rate.stale,
    rounding: 'half-even',
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
