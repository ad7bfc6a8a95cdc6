import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSession } from './create-session.ts';
import { createIdentityFixture, ORIGIN, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { demoAccounts, seedDemo } from './seed-demo.ts';

let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const seed = (people: number) => fixture.test.database.transaction((tx) => seedDemo(fixture.parts, tx, { people }));

describe('the demo data', () => {
  it('is made once, however often it is asked for', async () => {
    const first = await seed(7000);
    expect(first.userIds).toHaveLength(7001);
    expect(first.phones.slice(0, 2)).toEqual(['+989120000000', '+989120000001']);
    expect(await seed(7000)).toEqual({ userIds: [], phones: [] });
    expect((await seed(7010)).userIds).toHaveLength(10);
  });

  it.each(demoAccounts)('lets $email in as $role', async ({ role, email, password }) => {
    const { account } = await sessionOf(createSession(fixture.parts, { ...ORIGIN, email, password }));
    expect(account.roles).toContain(role);
  });
});
