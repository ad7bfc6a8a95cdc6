import type { RateProvider } from '../../src/ports/exchange-rates.ts';
import type { Clock } from '../../src/shared/clock.ts';
import { divideHalfEven } from '../../src/shared/money.ts';
import { PAR, readRate } from '../../src/shared/rate.ts';
import type { Rate } from '../../src/shared/rate.ts';

/** What a euro buys in the sandbox on its first day: of the right size, and of no other truth. */
const BUNDLED =
  'USD 1.0956 GBP 0.84215 CHF 0.9437 JPY 161.74 CAD 1.4877 AUD 1.6312 NZD 1.7821 SEK 11.184 NOK 11.642 DKK 7.4589 ' +
  'PLN 4.2935 CZK 25.118 HUF 396.45 RON 4.9741 TRY 36.912 RUB 99.154 UAH 44.871 IRR 46015 IQD 1434.6 KWD 0.33562 ' +
  'AED 4.0237 SAR 4.1085 OMR 0.42158 BHD 0.41305 EGP 53.187 ZAR 19.463 NGN 1742.9 KES 141.33 MAD 10.752 INR 92.018 ' +
  'PKR 304.62 BDT 130.87 CNY 7.7841 HKD 8.5134 SGD 1.4279 KRW 1458.7 THB 36.714 VND 27218 IDR 16993 MYR 4.6958 ' +
  'PHP 61.975 BRL 6.0714 MXN 21.486 ARS 1068.4 CLP 1026.5 COP 4583.2 ILS 4.0912';

const BASE = 'EUR';
const FIRST_DAY = '2020-01-01';
const DAY = 86_400_000;
/** On this day every rate is wrong by a factor of 100, as a provider's once were, so that the quarantine can be tried. */
const WRONG_DAY = '-04-01';

const bundled: ReadonlyMap<string, Rate> = new Map(
  [...BUNDLED.matchAll(/([A-Z]{3}) ([\d.]+)/g)].flatMap(([, currency = '', text = '']): [string, Rate][] => {
    const rate = readRate(text);
    return rate === undefined ? [] : [[currency, rate]];
  }),
);

/**
 * A provider without a network: bundled rates that move a little from working day to working day, by the day alone, so that
 * everybody sees the same history. Weekends have Friday's rates, as with central banks.
 */
export function createSandboxRates(clock: Clock): RateProvider {
  return {
    name: 'sandbox',
    ask(day) {
      const asked = Date.parse(day ?? clock.now().toISOString().slice(0, 10));
      if (!(asked >= Date.parse(FIRST_DAY) && asked <= clock.now().getTime())) {
        return Promise.resolve({ outcome: 'no-rates', detail: `published from ${FIRST_DAY} until today` });
      }
      const published = workingDay(asked);
      const asOf = new Date(published).toISOString().slice(0, 10);
      const factor = asOf.endsWith(WRONG_DAY) ? 100n : 1n;
      const rates = new Map(
        [...bundled].map(([currency, rate]) => [currency, factor * moved(rate, currency, published)]),
      );
      return Promise.resolve({ outcome: 'answered', table: { base: BASE, asOf, rates: rates.set(BASE, PAR) } });
    },
  };
}

/** The day itself, or the Friday before it. */
function workingDay(day: number): number {
  const weekday = new Date(day).getUTCDay();
  return day - DAY * (weekday === 0 ? 2 : weekday === 6 ? 1 : 0);
}

/** Up to 2 % beside the bundled rate, in a slow wave of its own length for each currency. */
function moved(rate: Rate, currency: string, day: number): Rate {
  const length = 40 + ([...currency].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 90);
  const millionths = BigInt(Math.round(20_000 * Math.sin((2 * Math.PI * (day / DAY)) / length)));
  return divideHalfEven(rate * (1_000_000n + millionths), 1_000_000n);
}
