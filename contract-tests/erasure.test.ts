/** Erases an account through the API and looks for what is left of the person in every context. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { statement } from '../src/database/transaction.ts';
import { placement } from './walks/orders.ts';
import { createWorld } from './walks/world.ts';
import type { World } from './walks/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world.close());

const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  world.portico.owner.query(statement<Row>('', text), values);

/** Every text column of every table, but those of the grants: a campaign's file, which is nobody's account. */
async function whereStands(value: string): Promise<string[]> {
  const columns = await sql<{ place: string; table: string; column: string }>(
    `select format('%s.%s', c.table_name, c.column_name) as place, format('%I.%I', c.table_schema, c.table_name) as table,
       quote_ident(c.column_name) as column
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema in ('identity', 'rewards', 'notifications', 'platform', 'analytics', 'teams', 'catalog', 'exchange_rates', 'payments', 'orders') and t.table_type = 'BASE TABLE'
       and c.data_type in ('text', 'json', 'jsonb', 'inet', 'uuid', 'ARRAY')`,
  );
  const found: string[] = [];
  for (const { place, table, column } of columns) {
    const rows = await sql(`select 1 from ${table} where ${column}::text like '%' || $1 || '%' limit 1`, [value]);
    if (rows.length > 0) found.push(place);
  }
  return found.toSorted();
}

interface Listed<Item> {
  readonly items: readonly Item[];
}

test('an erased person is found nowhere, and whoever has the number next inherits nothing', async () => {
  const { portico, admin, user, phone } = world;
  const campaignId = await world.createCampaign();
  await world.upload(campaignId, [phone]);
  await portico.runJobs();
  expect(await world.call(user, 'GET', '/api/v1/wallet')).toMatchObject({ balance: 50 });
  const wanted = { locale: 'fa', timeZone: 'Asia/Tehran', choices: [] };
  const headers = { 'if-match': '*' };
  await world.call(user, 'PUT', '/api/v1/notification-preferences', { headers, body: wanted });
  await world.call(admin, 'POST', '/api/v1/sandbox/inbound-messages', { body: { from: phone, text: 'hello' } });
  await world.createNotificationCampaign();
  await portico.runJobs();
  expect(await whereStands(phone)).toContain('recipients.phone');
  await world.playRounds(user, 12);
  await world.redeem(user);
  await world.startRound(user);
  await world.linkIdentity(user);
  const team = { name: 'Trip', ownName: 'Farangis of Shiraz' };
  await world.call(user, 'POST', '/api/v1/teams', { body: team });
  expect(await whereStands(team.ownName)).toEqual(['members.name']);
  expect(await whereStands('urn:portico:sandbox')).toEqual(['social_identities.issuer']);
  await world.call(user, 'POST', '/api/v1/orders', { body: await placement(world) });
  await world.call(user, 'PUT', '/api/v1/carts/EUR/web', { headers, body: { lines: [] } });
  expect(await whereStands('Nima from Hafez Street')).toEqual(['addresses.recipient']);
  expect((await whereStands('user@portico.example')).length).toBeGreaterThan(0);

  await world.call(admin, 'DELETE', `/api/v1/users/${user.userId}`, { headers });
  const refused = await portico.request('GET', '/api/v1/auth/me', { token: user.token });
  expect(refused.status).toBe(401);
  await portico.runJobs();
  await sql(`update graphile_worker._private_jobs set run_at = now() where key like 'eraseMessages:%'`);
  await portico.runJobs();

  expect(await whereStands('urn:portico:sandbox')).toEqual([]);
  expect(await whereStands(team.ownName)).toEqual([]);
  expect(await whereStands('Nima from Hafez Street')).toEqual([]);
  // The farewell, which is younger than the person, goes with the sandbox's retention.
  expect(await whereStands('user@portico.example')).toEqual(['sandbox_messages.address']);
  expect(await whereStands(phone)).toEqual(['bonus_grants.phone', 'former_members.phone']);
  expect(await whereStands(user.userId)).toEqual([
    ...[
      'accounts.id',
      'audit_entries.actor_id',
      'audit_entries.resource_id',
      'bonus_grants.user_id',
      'campaign_recipients.recipient_id',
      'erased_members.user_id',
    ],
    ...['former_members.user_id', 'ledger_entries.account_id', 'messages.dedupe_key', 'messages.user_id'],
    ...['order_events.actor_id', 'order_events.data', 'orders.body', 'orders.customer_id', 'payments.customer_id'],
    'redemptions.user_id',
  ]);
  const byPerson = await sql<{ ip: string | null }>('select ip from platform.audit_entries where actor_id = $1', [
    user.userId,
  ]);
  expect([byPerson.length > 0, new Set(byPerson.map(({ ip }) => ip))]).toEqual([true, new Set([null])]);

  const next = { phone, password: 'quiet rivers carry old songs', gender: 'other', age: 30 };
  const taken = await portico.request('POST', '/api/v1/auth/register/phone', { body: next });
  const { userId } = (await taken.json()) as { userId: string };
  await portico.runJobs();
  const inbox = `/api/v1/sandbox/messages?limit=1&address=${encodeURIComponent(phone)}`;
  const { items } = await world.call<Listed<{ text: string }>>(admin, 'GET', inbox);
  const code = /\b\d{6}\b/.exec(items[0]?.text ?? '')?.[0];
  await portico.request('POST', '/api/v1/auth/verify-phone', { body: { userId, phone, code } });
  await portico.runJobs();
  const answer = await portico.request('POST', '/api/v1/auth/login/phone', {
    body: { phone, password: next.password },
  });
  const { token } = (await answer.json()) as { token: string };
  const newcomer = { userId, token, sessionId: '' };
  expect(await world.call(newcomer, 'GET', '/api/v1/wallet')).toMatchObject({ balance: 0 });
  await world.upload(campaignId, [phone, '09350000001']);
  await portico.runJobs();
  expect(await world.call(newcomer, 'GET', '/api/v1/wallet')).toMatchObject({ balance: 0 });
  expect(await world.call(admin, 'GET', '/api/v1/wallet-reconciliation')).toMatchObject({ differences: [] });
});
