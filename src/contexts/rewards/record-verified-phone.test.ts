import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { demoPhone } from '../../shared/demo-phone.ts';
import { newId } from '../../shared/id.ts';
import { recordVerifiedPhone } from './record-verified-phone.ts';
import { createRewardsFixture, shuffled } from './rewards.fixture.ts';
import type { RewardsFixture } from './rewards.fixture.ts';

let fixture: RewardsFixture;

beforeAll(async () => {
  fixture = await createRewardsFixture();
});
afterAll(() => fixture.close());

interface Fact {
  readonly user: number;
  readonly phone: number;
}

describe('recordVerifiedPhone', () => {
  it('comes to the same members in any order, with repeats, and at the same time', async () => {
    const facts = fc.array(fc.record({ user: fc.nat(3), phone: fc.nat(3) }), { minLength: 1, maxLength: 8 });
    let world = 0;
    await fc.assert(
      fc.asyncProperty(facts, fc.nat(), fc.boolean(), async (history, seed, atOnce) => {
        // Each run has users and phones of its own.
        world += 1;
        const users = Array.from({ length: 4 }, () => newId());
        const phoneOf = (phone: number) => demoPhone(world * 10 + phone);
        const said = history.map(({ user, phone }, n) => ({
          userId: users[user] ?? '',
          phone: phoneOf(phone),
          // A microsecond apart: a Date would take them for one moment.
          verifiedAt: `2026-11-21T10:00:00.${String(n).padStart(6, '0')}Z`,
        }));
        const told = shuffled([...said, ...said], seed);
        if (atOnce) await Promise.all(told.map((fact) => recordVerifiedPhone(fixture.dependencies, fact)));
        else for (const fact of told) await recordVerifiedPhone(fixture.dependencies, fact);

        const rows = await fixture.sql<{ user_id: string; phone: string }>(
          'select user_id, phone from rewards.members where user_id = any($1) order by phone',
          [users],
        );
        expect(rows.map((row) => [users.indexOf(row.user_id), row.phone])).toEqual(
          holders(history).map(({ user, phone }) => [user, phoneOf(phone)]),
        );
      }),
      { numRuns: 60 },
    );
  });
});

/** A user holds a phone if that is the last fact about the user and the last about the phone. */
function holders(history: readonly Fact[]): Fact[] {
  return history
    .filter(({ user, phone }, n) => !history.slice(n + 1).some((later) => later.user === user || later.phone === phone))
    .sort((a, b) => a.phone - b.phone);
}
