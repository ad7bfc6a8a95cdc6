import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../../shared/id.ts';
import { readRate } from '../../../shared/rate.ts';
import { Problem } from '../../../shared/problem.ts';
import type { ExchangeRate } from '../../exchange-rates/index.ts';
import { compareBalances } from '../balances/compare-balances.ts';
import { createTeamsFixture } from '../teams.fixture.ts';
import type { FixtureTeam, TeamsFixture } from '../teams.fixture.ts';
import { listConversions } from './list-conversions.ts';
import { recordConversion } from './record-conversion.ts';
import type { RecordConversion } from './record-conversion.ts';
import { voidConversion } from './void-conversion.ts';

let fixture: TeamsFixture;
let team: FixtureTeam;
beforeAll(async () => {
  fixture = await createTeamsFixture();
});
afterAll(() => fixture.close());

/** What the history of rates says now. */
let told = '1.0834';
const findExchangeRate = (_: unknown, { from, to }: { from: string; to: string }): Promise<ExchangeRate> =>
  Promise.resolve({
    ...{ from, to, rate: readRate(told) ?? 0n, base: 'EUR', provider: 'frankfurter', asOf: '2026-11-20', stale: false },
  });
const clock = { now: () => new Date() };

const convert = (fields: Partial<RecordConversion> = {}) => {
  const { teamId, userId, members } = team;
  const command = {
    ...{ id: newId(), teamId, userId, debtorId: members[1] ?? '', creditorId: members[0] ?? '' },
    ...{ amount: '5.00', currency: 'EUR', convertedCurrency: 'USD', rateDate: undefined, ...fields },
  };
  return fixture.writers.transaction((tx) => recordConversion({ tx, clock, findExchangeRate }, command));
};
const undo = (conversionId: string) =>
  fixture.writers.transaction((tx) =>
    voidConversion({ tx, clock }, { teamId: team.teamId, userId: team.userId, conversionId }),
  );

describe('A conversion', () => {
  it('moves a debt from one currency into another, and keeps the rate', async () => {
    team = await fixture.createTeam(2);
    await fixture.createExpense(team);
    const conversion = await convert();
    expect(conversion).toMatchObject({ amount: 500n, convertedAmount: 542n, convertedCurrency: 'USD' });
    expect(await fixture.balances(team)).toEqual({ 'USD 0': 542, 'USD 1': -542 });
    told = '2';
    const { items } = await listConversions(fixture.dependencies, {
      ...{ teamId: team.teamId, userId: team.userId, limit: 10, cursor: undefined },
    });
    expect(items).toEqual([{ ...conversion, createdAt: items[0]?.createdAt, updatedAt: items[0]?.updatedAt }]);
    expect(items[0]?.rate).toEqual({
      ...{ rate: '1.0834', date: '2026-11-20', provider: 'frankfurter', base: 'EUR', stale: false },
    });
    await undo(conversion.id);
    expect(await undo(conversion.id)).toMatchObject({ state: 'void' });
    expect(await fixture.balances(team)).toEqual({ 'EUR 0': 500, 'EUR 1': -500 });
    const history = await fixture.sql<{ action: string }>(
      `select action from teams.history where team_id = $1 and subject = 'conversion' order by at`,
      [team.teamId],
    );
    expect(history.map(({ action }) => action)).toEqual(['conversion-recorded', 'conversion-voided']);
  });

  it.each<[Partial<RecordConversion>, string]>([
    [{ convertedCurrency: 'EUR' }, 'same-currency'],
    [{ convertedCurrency: 'XXX' }, 'currency-unknown'],
    [{ currency: 'XXX' }, 'currency-unknown'],
    [{ currency: 'JPY', amount: '5.50' }, 'amount-unfit'],
    [{ amount: '0' }, 'amount-not-positive'],
    [{ creditorId: newId() }, 'member-unknown'],
    [{ amount: '0.01', convertedCurrency: 'JPY' }, 'conversion-worthless'],
  ])('is refused for %o: %s', async (fields, code) => {
    told = '0.4';
    team = await fixture.createTeam(2);
    const refusal: unknown = await convert(fields).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({ code });
    expect(await fixture.balances(team)).toEqual({});
  });

  it('between a member and themselves is refused', async () => {
    await expect(convert({ creditorId: team.members[1] ?? '' })).rejects.toMatchObject({ code: 'member-twice' });
  });

  it('counts whole or not at all, raw SQL included', async () => {
    told = '1.5';
    const { id } = await convert();
    const half = `update teams.entries set state = 'void' where id = (select from_entry_id from teams.conversions where id = $1)`;
    await expect(fixture.sqlAsApplication(half, [id])).rejects.toMatchObject({ constraint: 'conversions_whole' });
    await expect(
      fixture.sqlAsApplication('update teams.conversions set rate = 2 where id = $1', [id]),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('by many at once leaves every currency at zero, without a deadlock', async () => {
    told = '1.1';
    team = await fixture.createTeam(4);
    const pairs = Array.from({ length: 24 }, (_, n) => ({
      debtorId: team.members[n % 4] ?? '',
      creditorId: team.members[(n + 1) % 4] ?? '',
      ...(n % 2 === 0 ? { currency: 'EUR', convertedCurrency: 'USD' } : { currency: 'USD', convertedCurrency: 'EUR' }),
    }));
    const made = await Promise.all(pairs.map((pair) => convert(pair)));
    await Promise.all(made.slice(0, 12).map(({ id }) => undo(id)));
    const sums = await fixture.sql<{ total: number }>(
      'select sum(net_minor) as total from teams.balances where team_id = $1 group by currency',
      [team.teamId],
    );
    expect(sums.map(({ total }) => total)).toEqual([0, 0]);
    expect((await compareBalances(fixture.dependencies)).differences).toEqual([]);
    expect(fixture.restarts).not.toContain('40P01');
  });
});
