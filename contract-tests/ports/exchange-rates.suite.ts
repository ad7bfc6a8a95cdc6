import { expect, test } from '@jest/globals';
import type { RateProvider, RatesOutcome } from '../../src/ports/exchange-rates.ts';
import { isCurrency } from '../../src/shared/currency.ts';
import { PAR, rateText } from '../../src/shared/rate.ts';
import type { DirectoryTrouble } from './simulators/directory-simulator.ts';

/** A provider, with the other side of its wire in the test's hands. */
export interface RatesHarness {
  readonly provider: RateProvider;
  /** The newest working day that it has rates of, one before it, and one that no provider has. */
  readonly days: { readonly latest: string; readonly past: string; readonly never: string };
  /** A weekend, and the day whose rates are given for it. */
  readonly weekend: { readonly asked: string; readonly published: string };
  /** Undefined: no network, so no trouble of one. */
  readonly behave?: (trouble: DirectoryTrouble) => void;
  /** What must not be told whatever goes wrong. */
  readonly secrets: readonly string[];
}

const { signal } = new AbortController();

/**
 * What every provider of exchange rates promises. Run inside a `describe` whose hooks make and close the harness.
 *
 * @param harness gives the harness of the running test
 */
export function testRateProvider(harness: () => RatesHarness): void {
  const ask = (day?: string): Promise<RatesOutcome> => harness().provider.ask(day, { signal });
  const table = async (day?: string) => {
    const outcome = await ask(day);
    if (outcome.outcome !== 'answered') throw new Error(JSON.stringify(outcome));
    return outcome.table;
  };

  test('has a name that fits rows and metrics', () => {
    expect(harness().provider.name).toMatch(/^[a-z][a-z0-9-]{0,30}$/);
  });

  test('gives the latest rates, all of currencies, with the base at par', async () => {
    const { base, asOf, rates } = await table();
    expect(asOf).toBe(harness().days.latest);
    expect(rates.get(base)).toBe(PAR);
    expect(rates.size).toBeGreaterThan(2);
    expect([...rates.keys()].filter((currency) => !isCurrency(currency))).toEqual([]);
    expect([...rates.values()].every((rate) => rate > 0n)).toBe(true);
  });

  test('gives the rates of a day in the past, which differ from the latest and stay as they are', async () => {
    const past = await table(harness().days.past);
    expect(past.asOf).toBe(harness().days.past);
    expect(past.rates).not.toEqual((await table()).rates);
    expect(await table(harness().days.past)).toEqual(past);
  });

  test('says of which day the rates of a weekend are', async () => {
    const { asked, published } = harness().weekend;
    expect((await table(asked)).asOf).toBe(published);
  });

  test('has none of a day before its history', async () => {
    expect(await ask(harness().days.never)).toMatchObject({ outcome: 'no-rates' });
  });

  test('whatever goes wrong is an outcome that tells no secret, and it is well again afterwards', async () => {
    const { behave, secrets } = harness();
    if (behave === undefined) return;
    const troubles: readonly DirectoryTrouble[] = ['fail', 'not-json', 'other-form', 'refuse-key'];
    for (const trouble of troubles) {
      behave(trouble);
      const outcome = await ask();
      expect({ trouble, outcome }).toMatchObject({
        outcome: { outcome: 'unavailable', code: expect.stringMatching(/^\S+$/) },
      });
      for (const secret of secrets) expect(JSON.stringify(outcome)).not.toContain(secret);
    }
    behave('fall-silent');
    const silence = await harness().provider.ask(undefined, { signal: AbortSignal.timeout(100) });
    expect(silence).toMatchObject({ outcome: 'unavailable' });
    behave('none');
    expect(await ask()).toMatchObject({ outcome: 'answered' });
  });

  test('takes no digit away', async () => {
    const { rates } = await table();
    const places = [...rates.values()].map((rate) => (rateText(rate).split('.')[1] ?? '').length);
    expect(Math.max(...places)).toBeGreaterThan(2);
  });
}
