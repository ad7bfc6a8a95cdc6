import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../shared/id.ts';
import { captureCoins } from './capture-coins.ts';
import type { CaptureOutcome } from './capture-coins.ts';
import { createRewardsFixture, fileOf, range } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

const COINS = 50;
const MEMBERS = 4;

let fixture: RewardsFixture;
beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());

/** What the ledger must agree with: plain numbers, one purchase at a time. */
function expectedOutcome(
  balances: Map<string, number>,
  bought: Map<string, { readonly userId: string; readonly amount: number }>,
  purchase: { readonly userId: string; readonly amount: number; readonly reference: string },
): CaptureOutcome {
  const { userId, amount, reference } = purchase;
  const earlier = bought.get(reference);
  if (earlier !== undefined) {
    return earlier.userId === userId && earlier.amount === amount ? 'already-captured' : 'conflict';
  }
  const balance = balances.get(userId) ?? 0;
  if (amount > balance) return 'insufficient';
  balances.set(userId, balance - amount);
  bought.set(reference, { userId, amount });
  return 'captured';
}

describe('Any sequence of bonuses and purchases', () => {
  it('leaves the balances that adding and subtracting gives, and a ledger that agrees with them', async () => {
    const purchases = fc.array(
      fc.record({
        member: fc.nat({ max: MEMBERS - 1 }),
        amount: fc.integer({ min: 1, max: 2 * COINS }),
        // Few enough that purchases repeat.
        thing: fc.nat({ max: 5 }),
      }),
      { maxLength: 20 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(purchases, async (sequence) => {
        const first = (run += 1) * MEMBERS;
        const users = await fixture.createMembers(MEMBERS, first);
        const campaign = await fixture.createCampaign({ coins: COINS });
        await fixture.credit(campaign, fileOf(range(first, first + MEMBERS)));
        const balances = new Map(users.map((user) => [user, COINS]));
        const bought = new Map<string, { readonly userId: string; readonly amount: number }>();
        const references = range(0, 6).map(() => newId());

        for (const { member, amount, thing } of sequence) {
          const purchase = { userId: users[member] ?? '', amount, reference: references[thing] ?? '' };
          // A purchase that failed for want of coins is judged like a new one the next time.
          const expected = expectedOutcome(balances, bought, purchase);
          expect(await fixture.test.database.transaction((tx) => captureCoins(tx, purchase))).toBe(expected);
        }
        const stored = await fixture.sql<{ id: string; balance: number }>(
          'select id, balance from rewards.accounts where id = any($1)',
          [users],
        );
        expect(new Map(stored.map(({ id, balance }) => [id, balance]))).toEqual(balances);
        expect(await fixture.differences()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
