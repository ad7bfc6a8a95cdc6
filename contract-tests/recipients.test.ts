/** notifications' copy of who can be reached, against identity's accounts. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { statement } from '../src/database/transaction.ts';
import { newId } from '../src/shared/id.ts';
import { killAfterEachStep } from '../src/testing/dying-database.ts';
import { listChangedAccounts, readContacts } from '../src/contexts/identity/contact-store.ts';
import { createCampaignScene, run } from '../src/contexts/notifications/campaigns/campaigns.fixture.ts';
import type { CampaignTestScene } from '../src/contexts/notifications/campaigns/campaigns.fixture.ts';
import {
  eraseRecipient,
  recordAllRecipients,
  recordChangedRecipients,
  recordRecipient,
} from '../src/contexts/notifications/campaigns/record-recipients.ts';

const accounts = { readContacts, listChangedAccounts };
let scene: CampaignTestScene;
beforeAll(async () => {
  scene = await createCampaignScene(accounts);
});
beforeEach(async () => {
  await forgetEverybody();
  await scene.reset();
});
afterAll(() => scene.close());

/** Past the triggers that demand an audit entry for what happens to accounts. */
const sql = <Row = never>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  scene.test.owner.transaction(async (tx) => {
    await tx.query(statement('test.no_triggers', `select set_config('session_replication_role', 'replica', true)`));
    return tx.query(statement<Row>('', text), values);
  });
async function forgetEverybody(): Promise<void> {
  await sql('delete from identity.users');
  await sql('delete from notifications.recipients');
}
const dependencies = () => scene.campaignDependencies();
let numbers = 0;
async function register(phone: string | null, email: string | null = null): Promise<string> {
  const id = newId();
  await sql(
    `insert into identity.users (id, phone, phone_verified_at, email, email_verified_at, password_hash, password_scheme, gender, age)
     values ($1, $2, case when $2::text is not null then now() end, $3, case when $3::text is not null then now() end, '', '', 'other', 30)`,
    [id, phone, email],
  );
  return id;
}
const number = (): string => `+98935${String((numbers += 1)).padStart(7, '0')}`;
const recipients = () =>
  sql<object>('select user_id as id, email, phone, country, roles from notifications.recipients order by user_id');
const expected = () =>
  sql<object>(
    `select id, email, phone, case when phone like '+98%' then 'IR' when phone like '+44%' then 'GB' end as country, roles from identity.users
     where locked_at is null and (email is not null or phone is not null) order by id`,
  );

test('the sweep copies what changed, however it changed, and events bring it at once', async () => {
  const [first, second] = [await register(number()), await register(null, 'sara@example.com')];
  await recordRecipient(dependencies(), { userId: first });
  expect(await recipients()).toMatchObject([{ id: first, country: 'IR' }]);
  await recordChangedRecipients(dependencies(), run);
  expect(await recipients()).toEqual(await expected());

  await sql(
    `update identity.users set phone = $2, phone_verified_at = now(), updated_at = clock_timestamp() where id = $1`,
    [second, '+442071838750'],
  );
  await recordChangedRecipients(dependencies(), run);
  expect(await recipients()).toMatchObject([{ id: first }, { id: second, country: 'GB', email: 'sara@example.com' }]);
  // Nobody tells of it and it looks old: the night's sweep finds it.
  await sql(`update identity.users set roles = '{user,staff}', updated_at = now() - interval '1 year' where id = $1`, [
    first,
  ]);
  await recordChangedRecipients(dependencies(), run);
  expect(await recipients()).toMatchObject([{ roles: ['user'] }, {}]);
  await recordAllRecipients(dependencies(), run);
  expect(await recipients()).toMatchObject([{ roles: ['user', 'staff'] }, {}]);
  await sql('delete from identity.users where id = $1', [first]);
  await recordAllRecipients(dependencies(), run);
  expect(await recipients()).toEqual(await expected());
});

test('accounts that are locked, about to be deleted or gone are written to no more', async () => {
  const [locked, leaving, gone] = [await register(number()), await register(number()), await register(number())];
  await recordAllRecipients(dependencies(), run);
  await sql('delete from identity.users where id = $1', [gone]);
  await sql(
    `update identity.users set locked_at = now(), lock_reason = 'x', updated_at = clock_timestamp() where id = $1`,
    [locked],
  );
  await sql(
    `update identity.users set deletion_requested_at = now(), deletion_due_at = now(), updated_at = clock_timestamp() where id = $1`,
    [leaving],
  );
  await eraseRecipient(dependencies(), { userId: gone });
  await recordChangedRecipients(dependencies(), run);
  for (const userId of [locked, leaving, gone]) await recordRecipient(dependencies(), { userId });
  expect(await recipients()).toEqual([]);
});

test('copies made at the same instant as the changes end up equal to the accounts, and nobody erased comes back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('phone', 'erase', 'sweep'), { minLength: 3, maxLength: 10 }),
      async (acts) => {
        await forgetEverybody();
        const userId = await register(number());
        await Promise.all(
          acts.map(async (act) => {
            if (act === 'sweep') return recordChangedRecipients(dependencies(), run);
            if (act === 'phone') {
              await sql(`update identity.users set phone = $2, updated_at = clock_timestamp() where id = $1`, [
                userId,
                number(),
              ]);
              return recordRecipient(dependencies(), { userId });
            }
            await sql('delete from identity.users where id = $1', [userId]);
            return eraseRecipient(dependencies(), { userId });
          }),
        );
        expect(await recipients()).toEqual(await expected());
      },
    ),
    { numRuns: 15 },
  );
});

test('a sweep killed after any step is finished by the next', async () => {
  const kills = await killAfterEachStep(
    scene.database,
    async (mortal) => {
      await forgetEverybody();
      await register(number());
      await register(number(), `${newId()}@example.com`);
      await recordAllRecipients(scene.campaignDependencies(mortal), run);
    },
    async () => {
      await recordAllRecipients(dependencies(), run);
      const ids = (await sql<{ id: string }>('select id from identity.users')).map(({ id }) => id);
      expect(await recipients()).toMatchObject(await expected());
      expect(ids).toHaveLength(2);
    },
  );
  expect(kills).toBeGreaterThan(4);
});
