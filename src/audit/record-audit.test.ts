import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { statement } from '../database/transaction.ts';
import { newId } from '../shared/id.ts';
import { withCorrelation } from '../telemetry/correlation.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { recordAudit } from './record-audit.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const person = newId();
const resource = { type: 'user', id: person };
const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  database.owner.query(statement<Row>('', text), values);
const refused = (constraint: string) => expect.objectContaining({ constraint });
/** Stands where only the owner can put it: in the past. */
const insertOld = (days: number) =>
  sql(
    `insert into platform.audit_entries (occurred_at, action, outcome, actor_type, resource_type)
     values (now() - make_interval(days => $1), 'old', 'done', 'system', 'user')`,
    [days],
  );
const countOld = async (): Promise<number> =>
  (await sql(`select id from platform.audit_entries where action = 'old'`)).length;

test('says who, by what, in which request and from where, without being told', async () => {
  const [requestId, sessionId] = [newId(), newId()];
  const principal = { kind: 'user' as const, userId: person, sessionId, roles: [], scopes: new Set<string>() };
  const request = { requestId, correlationId: 'checkout-4711', traceparent: '', operation: 'updateUserRoles' };
  const record = () => recordAudit(database.database, { action: 'roles-changed', resource });
  await withCorrelation({ ...request, ip: '203.0.113.7', principal }, record);
  await withCorrelation({ ...request, ip: '203.0.113.7', principal: null }, record);
  await withCorrelation({ ...request, operation: 'eraseAccounts' }, record);
  await record();
  const rows = await sql(
    `select operation, actor_type, actor_id, session_id, request_id, correlation_id, host(ip) as ip
     from platform.audit_entries where action = 'roles-changed' order by occurred_at`,
  );
  const where = { request_id: requestId, correlation_id: 'checkout-4711' };
  const nobody = { actor_id: null, session_id: null };
  expect(rows).toEqual([
    {
      ...where,
      operation: 'updateUserRoles',
      actor_type: 'user',
      actor_id: person,
      session_id: sessionId,
      ip: '203.0.113.7',
    },
    { ...where, ...nobody, operation: 'updateUserRoles', actor_type: 'anonymous', ip: '203.0.113.7' },
    { ...where, ...nobody, operation: 'eraseAccounts', actor_type: 'system', ip: null },
    { ...nobody, operation: null, actor_type: 'system', request_id: null, correlation_id: null, ip: null },
  ]);
});

test('is there if and only if the transaction of the effect commits', async () => {
  const action = 'rolled-back';
  await expect(
    database.database.transaction(async (tx) => {
      await recordAudit(tx, { action, resource });
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await sql('select id from platform.audit_entries where action = $1', [action])).toEqual([]);
});

test('takes no essay', async () => {
  const changes = { text: { from: null, to: 'x'.repeat(5000) } };
  await expect(recordAudit(database.database, { action: 'long', resource, changes })).rejects.toEqual(
    refused('audit_entries_small'),
  );
});

test.each([
  `update platform.audit_entries set action = 'else'`,
  `update platform.audit_entries set ip = '192.0.2.1'`,
  'update platform.audit_entries set ip = null, actor_id = null',
  'delete from platform.audit_entries',
  'truncate platform.audit_entries',
])('does not let its owner %s', async (change) => {
  await recordAudit(database.database, { action: 'kept', resource });
  await expect(sql(change)).rejects.toEqual(refused('audit_entries_append_only'));
});

test.each([
  `update platform.audit_entries set ip = null`,
  'delete from platform.audit_entries',
  'truncate platform.audit_entries',
  `insert into platform.audit_entries (occurred_at, action, outcome, actor_type, resource_type)
   values (now() - interval '1 year', 'forged', 'done', 'system', 'user')`,
])('does not let the application %s', async (change) => {
  await expect(database.database.query(statement('', change))).rejects.toMatchObject({ code: '42501' });
});

test('lets go of what is old, a batch at a time, and of nothing from the last 30 days', async () => {
  for (const days of [500, 450, 410, 29]) await insertOld(days);
  const deleteOld = (days: number, most: number) =>
    database.database.query(
      statement<{ gone: number }>(
        'test.delete_old',
        'select platform.delete_old_audit_entries(clock_timestamp() - make_interval(days => $1), $2) as gone',
      ),
      [days, most],
    );
  expect(await deleteOld(400, 2)).toEqual([{ gone: 2 }]);
  expect(await countOld()).toBe(2);
  expect(await deleteOld(0, 100)).toEqual([{ gone: 1 }]);
  expect(await countOld()).toBe(1);
});
