import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSession } from './create-session.ts';
import { deleteExpiredIdentity } from './delete-expired-identity.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';

let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

it('forgets what is over in batches, keeps what is not, and changes nothing when it runs again', async () => {
  const userId = await fixture.createUser({ email: 'sara@example.com' });
  const kept = await sessionOf(
    createSession(fixture.parts, { ...ORIGIN, email: 'sara@example.com', password: PASSWORD }),
  );
  await fixture.sql(
    `insert into identity.registrations (id, email, password_hash, password_scheme, gender, age, created_at)
     select uuidv7(), 'r' || n || '@example.com', 'x', 'x', 'other', 30,
       clock_timestamp() - case when n <= 4500 then interval '8 days' else interval '6 days' end
     from generate_series(1, 4510) as n`,
  );
  await fixture.sql(
    `insert into identity.sessions (id, user_id, created_ip, idle_expires_at, absolute_expires_at)
     select uuidv7(), $1, '203.0.113.7', clock_timestamp(), clock_timestamp() - interval '2 days'
     from generate_series(1, 3)`,
    [userId],
  );
  await fixture.sql(
    `insert into identity.email_changes (user_id, request_id, email, requested_at)
     values ($1, uuidv7(), 'new@example.com', clock_timestamp() - interval '3 days')`,
    [userId],
  );
  for (const run of [1, 2]) {
    await deleteExpiredIdentity({ database: fixture.test.database }, ORIGIN);
    const [left] = await fixture.sql(
      `select (select count(*) from identity.registrations) as registrations,
         (select array_agg(id) from identity.sessions) as sessions,
         (select count(*) from identity.email_changes) as changes,
         (select version from identity.users where id = $1) as version`,
      [userId],
    );
    expect([run, left]).toEqual([run, { registrations: 10, sessions: [kept.sessionId], changes: 0, version: 2 }]);
  }
});
