import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statement } from '../../database/transaction.ts';
import { auditEntriesOf } from '../../testing/audit.ts';
import { createCodeSession } from './create-code-session.ts';
import { createPhoneSession, createSession } from './create-session.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { listUsers } from './list-users.ts';
import { renewSession } from './renew-session.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import type { Role } from './role.ts';
import { updateUserLock } from './update-user-lock.ts';
import { updateUserRoles } from './update-user-roles.ts';

let fixture: IdentityFixture;
let admin: string;

beforeAll(async () => {
  fixture = await createIdentityFixture();
  admin = await fixture.createUser({ email: 'first-admin@example.com', roles: ['admin'] });
});
afterAll(() => fixture.close());

const setRoles = (userId: string, roles: readonly Role[], ifMatch: string | undefined = '*') =>
  fixture.audited(userId, (tx) => updateUserRoles(tx, { userId, roles, ifMatch }));
const lock = (userId: string, reason: string | null, { actorId = admin, ifMatch = '*' } = {}) =>
  fixture.audited(userId, (tx) => updateUserLock(fixture.parts, tx, { actorId, userId, reason, ifMatch }));
const logIn = (email: string) => sessionOf(createSession(fixture.parts, { email, password: PASSWORD, ...ORIGIN }));
const invalid = expect.objectContaining({ code: 'invalid-credentials', status: 401 });
const ended = expect.objectContaining({ code: 'session-ended', status: 401 });
const lastAdmin = expect.objectContaining({ constraint: 'users_keep_an_admin' });
const liveSessions = (userId: string) =>
  fixture.sql('select id from identity.sessions where user_id = $1 and revoked_at is null', [userId]);
const activeAdmins = () =>
  fixture.sql(`select id from identity.users where 'admin' = any (roles) and locked_at is null`);

describe('the last admin', () => {
  it('stays, whether two take the role from each other at once, lock each other, or do one each', async () => {
    const both = { roles: ['admin'] } as const;
    const demote = (_by: string, userId: string) => setRoles(userId, ['user']);
    const shut = (actorId: string, userId: string) => lock(userId, 'a quarrel', { actorId });
    for (const [first, second] of [
      [demote, demote],
      [shut, shut],
      [demote, shut],
    ] as const) {
      const [one, two] = [await fixture.createUser(both), await fixture.createUser(both)];
      await setRoles(admin, ['user']);
      const results = await Promise.allSettled([first(one, two), second(two, one)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: lastAdmin });
      expect(await activeAdmins()).toHaveLength(1);
      await setRoles(admin, ['admin']);
      await setRoles(one, ['user']);
      await setRoles(two, ['user']);
    }
  });

  it('is told so by the database to whoever deletes the row', async () => {
    await expect(
      fixture.test.database.query(statement('test.delete_admin', 'delete from identity.users where id = $1'), [admin]),
    ).rejects.toEqual(lastAdmin);
  });
});

describe('a change of roles or lock', () => {
  it('is impossible without an audit entry, for the application and for a console', async () => {
    const userId = await fixture.createUser({ email: 'unaudited@example.com' });
    const required = expect.objectContaining({ constraint: 'audit_entries_required' });
    await expect(
      fixture.test.database.transaction((tx) => updateUserRoles(tx, { userId, roles: ['staff'], ifMatch: '*' })),
    ).rejects.toEqual(required);
    for (const change of [
      `update identity.users set roles = '{staff}' where id = $1`,
      `update identity.users set locked_at = now(), lock_reason = 'why not' where id = $1`,
      `update identity.users set deletion_requested_at = now(), deletion_due_at = now() where id = $1`,
      'delete from identity.users where id = $1',
    ]) {
      await expect(fixture.sql(change, [userId])).rejects.toEqual(required);
    }
    // An entry of an earlier transaction is none of this one.
    await setRoles(userId, ['staff']);
    await expect(fixture.sql(`update identity.users set roles = '{user}' where id = $1`, [userId])).rejects.toEqual(
      required,
    );
  });

  it('demands the version, and keeps it when nothing changes', async () => {
    const userId = await fixture.createUser({ email: 'promoted@example.com' });
    await expect(setRoles(userId, ['staff', 'user'], '"7"')).rejects.toMatchObject({ status: 412 });
    await expect(setRoles(userId, ['user'], '"1"')).resolves.toMatchObject({ after: { version: 1 } });
    const promoted = { version: 2, roles: ['staff', 'user'] };
    await expect(setRoles(userId, ['staff', 'user'], '"1"')).resolves.toMatchObject({ after: promoted });
    await expect(lock(userId, null, { ifMatch: '"2"' })).resolves.toMatchObject({ after: promoted });
  });
});

describe('a locked account', () => {
  it('is entered on no way, looks like a wrong password, and opens again', async () => {
    const [email, phone] = ['locked@example.com', '+989121110001'];
    const userId = await fixture.createUser({ email, phone });
    const { refreshToken, sessionId } = await logIn(email);
    await requestOneTimeCode(fixture.parts, { phone, purpose: 'login', ip: ORIGIN.ip });
    await fixture.runJobs();
    const code = await fixture.secretOf(phone);

    const { ended: sessions } = await lock(userId, 'sells coins');
    expect(sessions).toEqual([sessionId]);
    await expect(logIn(email)).rejects.toEqual(invalid);
    await expect(createPhoneSession(fixture.parts, { phone, password: PASSWORD, ...ORIGIN })).rejects.toEqual(invalid);
    await expect(createCodeSession(fixture.parts, { phone, code, ...ORIGIN })).rejects.toEqual(invalid);
    await expect(renewSession(fixture.parts, { refreshToken, signal: ORIGIN.signal })).rejects.toEqual(ended);
    expect((await fixture.messagesTo(email)).map(({ text }) => text)).toEqual([expect.stringContaining('locked')]);
    expect((await fixture.messagesTo(email))[0]?.text).not.toContain('sells coins');

    await lock(userId, null);
    await expect(logIn(email)).resolves.toMatchObject({ account: { id: userId, lock: null } });
  });

  it('counts refused log-ins alike, with a right and with a wrong password', async () => {
    const email = 'counted@example.com';
    const userId = await fixture.createUser({ email });
    await lock(userId, 'to be counted');
    for (let guess = 0; guess < 11; guess += 1) await expect(logIn(email)).rejects.toEqual(invalid);
    await expect(logIn(email)).rejects.toMatchObject({ status: 429 });
    const entries = await auditEntriesOf(fixture.test.owner, userId);
    expect(entries.filter(({ action }) => action === 'password-refused')).toHaveLength(11);
  });

  it('keeps no session that a log-in or a renewal under way would have given', async () => {
    const email = 'busy@example.com';
    const userId = await fixture.createUser({ email });
    for (let round = 0; round < 5; round += 1) {
      const open = await Promise.all(Array.from({ length: 4 }, () => logIn(email)));
      await Promise.allSettled([
        ...Array.from({ length: 4 }, () => logIn(email)),
        ...open.map(({ refreshToken }) => renewSession(fixture.parts, { refreshToken, signal: ORIGIN.signal })),
        lock(userId, `round ${round}`),
      ]);
      expect(await liveSessions(userId)).toEqual([]);
      await lock(userId, null);
    }
  });

  it("is never the admin's own", async () => {
    const userId = await fixture.createUser({ roles: ['admin'] });
    await expect(lock(userId, 'holidays', { actorId: userId })).rejects.toMatchObject({ code: 'own-account' });
  });
});

describe('the list of accounts', () => {
  const ids = async (filters: Partial<Parameters<typeof listUsers>[1]>) => {
    const none = { email: undefined, phone: undefined, role: undefined, state: undefined };
    const always = { createdSince: undefined, createdUntil: undefined, limit: 100, cursor: undefined };
    return (await listUsers(fixture.parts, { ...none, ...always, ...filters })).items.map(({ id }) => id);
  };

  it('finds by address and number, whole or by their beginning, by state, and by age', async () => {
    const [one, two] = [
      await fixture.createUser({ email: 'maryam_1@search.example', phone: '+989350000001' }),
      await fixture.createUser({ email: 'maryamx1@search.example', phone: '+989350000002' }),
    ];
    expect(await ids({ email: 'Maryam_1@search.example' })).toEqual([one]);
    expect(await ids({ email: 'maryam*' })).toEqual([two, one]);
    // What LIKE would read as "any character" is a character.
    expect(await ids({ email: 'maryam_*' })).toEqual([one]);
    expect(await ids({ email: 'maryam' })).toEqual([]);
    expect(await ids({ phone: '+98935000000*' })).toEqual([two, one]);
    expect(await ids({ phone: '+989350000002' })).toEqual([two]);
    await lock(two, 'to be found');
    expect(await ids({ email: 'maryam*', state: 'locked' })).toEqual([two]);
    expect(await ids({ email: 'maryam*', state: 'active' })).toEqual([one]);
    expect(await ids({ email: 'maryam*', state: 'deleting' })).toEqual([]);
    const [created] = await fixture.sql<{ at: string }>(
      `select to_json(created_at) #>> '{}' as at from identity.users where id = $1`,
      [two],
    );
    expect(await ids({ email: 'maryam*', createdSince: created?.at })).toEqual([two]);
    expect(await ids({ email: 'maryam*', createdUntil: created?.at })).toEqual([one]);
  });
});

describe('the index of each filter', () => {
  beforeAll(async () => {
    await fixture.sql(
      `insert into identity.users (id, email, email_verified_at, phone, phone_verified_at, password_hash, password_scheme, gender, age)
       select uuidv7(), 'crowd-' || n || '@example.com', now(), '+98990' || lpad(n::text, 7, '0'), now(), '', '', 'other', 30
       from generate_series(1, 20000) n`,
    );
    await fixture.sql('analyze identity.users');
  });

  it.each([
    ['users_email_prefix_idx', `u.email like 'crowd-777%'`],
    ['users_email_prefix_idx', `u.email = 'crowd-777@example.com'`],
    ['users_phone_prefix_idx', `u.phone like '+98990000777%'`],
    ['users_staff_newest_idx', `'staff' = any (u.roles)`],
    ['users_admins_idx', `'admin' = any (u.roles)`],
    ['users_locked_newest_idx', 'u.locked_at is not null'],
    ['users_deleting_idx', 'u.deletion_due_at is not null and u.locked_at is null'],
    ['users_created_idx', `u.created_at >= now() - interval '1 second'`],
    ['users_created_idx', 'true'],
  ])('%s serves %s', async (index, where) => {
    const plan = await fixture.sql<{ 'QUERY PLAN': string }>(
      `explain select * from identity.users u where ${where} order by u.created_at desc, u.id desc limit 21`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(index);
  });
});
