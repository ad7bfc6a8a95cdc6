import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditEntriesOf } from '../../testing/audit.ts';
import { createAccountDeletion, deleteAccountDeletion } from './create-account-deletion.ts';
import { createPhoneSession, createSession } from './create-session.ts';
import { deleteUser } from './delete-user.ts';
import { eraseDueAccounts } from './erase-due-accounts.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { renewSession } from './renew-session.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { createRevokedSessions } from './revoked-sessions.ts';

let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const logIn = (email: string) => sessionOf(createSession(fixture.parts, { email, password: PASSWORD, ...ORIGIN }));
const ask = (userId: string, sessionId: string, proof: { password?: string; code?: string }) =>
  createAccountDeletion(fixture.parts, {
    ...{ ...ORIGIN, userId, sessionId },
    method: proof.code === undefined ? 'password' : 'code',
    secret: proof.code ?? proof.password ?? '',
  });
const deletionOf = async (userId: string) => {
  const sql = 'select deletion_due_at as due from identity.users where id = $1';
  return (await fixture.sql<{ due: Date | null }>(sql, [userId]))[0]?.due;
};
/** The grace of an account ends now. */
const endGrace = (userId: string) =>
  fixture.audited(userId, (tx) =>
    tx.query(
      {
        name: 'test.end_grace',
        text: `update identity.users set deletion_requested_at = now() - interval '14 days', deletion_due_at = now() where id = $1`,
      },
      [userId],
    ),
  );
const erase = () => eraseDueAccounts(fixture.parts, ORIGIN);
const deletedEvents = async (userId: string) =>
  (await fixture.events()).filter((event) => {
    const { event: name, userId: whose } = event as { event: string; userId: string };
    return name === 'user.deleted' && whose === userId;
  });
const actionsOn = async (userId: string) =>
  (await auditEntriesOf(fixture.test.owner, userId)).map(({ action }) => action);

describe('asking for the deletion of my account', () => {
  it('takes the password, ends the other sessions, tells me, and is taken back by logging in', async () => {
    const email = 'leaving@example.com';
    const userId = await fixture.createUser({ email });
    const [here, there] = [await logIn(email), await logIn(email)];
    await expect(ask(userId, here.sessionId, { password: 'not my password' })).rejects.toMatchObject({
      code: 'current-password-wrong',
      errors: [{ pointer: '/secret' }],
    });
    const due = await ask(userId, here.sessionId, { password: PASSWORD });
    expect(Math.round((due.getTime() - Date.now()) / 86_400_000)).toBe(14);
    expect(await ask(userId, here.sessionId, { password: PASSWORD })).toEqual(due);
    await expect(renewSession(fixture.parts, { ...ORIGIN, ...there })).rejects.toMatchObject({ code: 'session-ended' });
    await expect(renewSession(fixture.parts, { ...ORIGIN, ...here })).resolves.toMatchObject({
      account: { deletionDueAt: due },
    });
    expect(await deletionOf(userId)).toEqual(due);
    expect(await fixture.messagesTo(email)).toHaveLength(1);

    await expect(logIn(email)).resolves.toMatchObject({ account: { id: userId, deletionDueAt: null } });
    expect(await deletionOf(userId)).toBeNull();
    expect(await actionsOn(userId)).toEqual([
      ...[
        'roles-changed',
        'logged-in',
        'logged-in',
        'password-refused',
        'deletion-requested',
        'logged-in',
        'deletion-cancelled',
      ],
    ]);
  });

  it('takes a code for exactly this, and nothing else', async () => {
    const phone = '+989123330001';
    const userId = await fixture.createUser({ phone });
    const { sessionId } = await sessionOf(createPhoneSession(fixture.parts, { phone, password: PASSWORD, ...ORIGIN }));
    await requestOneTimeCode(fixture.parts, { phone, purpose: 'deletion', ip: ORIGIN.ip });
    await fixture.runJobs();
    const code = await fixture.secretOf(phone);
    await expect(ask(userId, sessionId, { code: code === '000000' ? '000001' : '000000' })).rejects.toMatchObject({
      code: 'code-not-accepted',
    });
    await expect(ask(userId, sessionId, { code })).resolves.toBeInstanceOf(Date);
    await deleteAccountDeletion(fixture.parts, { userId });
    await deleteAccountDeletion(fixture.parts, { userId });
    expect(await deletionOf(userId)).toBeNull();
    // Used up.
    await expect(ask(userId, sessionId, { code })).rejects.toMatchObject({ code: 'code-not-accepted' });
  });

  it('knows no code without a number', async () => {
    const userId = await fixture.createUser({ email: 'no-phone@example.com' });
    await expect(ask(userId, userId, { code: '123456' })).rejects.toMatchObject({ code: 'code-not-accepted' });
  });

  it('is refused to the last admin who can act', async () => {
    const userId = await fixture.createUser({ email: 'only-admin@example.com', roles: ['admin'] });
    const wanted = ask(userId, userId, { password: PASSWORD });
    await expect(wanted).rejects.toMatchObject({ constraint: 'users_keep_an_admin' });
    await fixture.createUser({ roles: ['admin'] });
    await expect(ask(userId, userId, { password: PASSWORD })).resolves.toBeInstanceOf(Date);
  });
});

describe('the erasure', () => {
  it('waits for the grace, takes everything away, and frees address and number', async () => {
    const [email, phone] = ['erased@example.com', '+989123330002'];
    const userId = await fixture.createUser({ email, phone });
    const { sessionId, refreshToken } = await logIn(email);
    await ask(userId, sessionId, { password: PASSWORD });
    await erase();
    expect(await deletionOf(userId)).toBeInstanceOf(Date);

    await endGrace(userId);
    await erase();
    expect(await deletionOf(userId)).toBeUndefined();
    expect(await deletedEvents(userId)).toEqual([
      { event: 'user.deleted', userId, email, phone, deletedAt: expect.stringMatching(/^\d{4}-.*T/) },
    ]);
    expect((await fixture.messagesTo(email)).at(-1)?.subject).toBe('Your account is deleted');
    expect((await actionsOn(userId)).at(-1)).toBe('account-erased');
    await expect(renewSession(fixture.parts, { ...ORIGIN, refreshToken })).rejects.toMatchObject({
      code: 'session-ended',
    });
    await expect(logIn(email)).rejects.toMatchObject({ code: 'invalid-credentials' });
    // A process that missed the news finds the ended session although its row is gone.
    const other = createRevokedSessions(fixture.test.database, 600);
    await other.load();
    expect(other.has(sessionId)).toBe(true);

    const next = await fixture.createUser({ email, phone });
    expect(next).not.toBe(userId);
    await expect(logIn(email)).resolves.toMatchObject({ account: { id: next } });
  });

  it('and a log-in at the same moment: either one, wholly', async () => {
    for (let round = 0; round < 8; round += 1) {
      const email = `torn-${round}@example.com`;
      const userId = await fixture.createUser({ email });
      await endGrace(userId);
      const [erased, ...logins] = await Promise.allSettled([
        round % 2 === 0 ? erase() : erase().then(erase),
        ...Array.from({ length: 3 }, () => logIn(email)),
      ]);
      expect(erased.status).toBe('fulfilled');
      const due = await deletionOf(userId);
      const entered = logins.filter(({ status }) => status === 'fulfilled').length;
      // Gone and nobody is in, or kept and waiting for nothing.
      expect([due, await deletedEvents(userId), entered > 0]).toEqual(
        due === undefined ? [undefined, [expect.anything()], false] : [null, [], true],
      );
    }
  });

  it('by an admin is at once, but never of the admin', async () => {
    const actorId = await fixture.createUser({ email: 'deleter@example.com', roles: ['admin'] });
    const userId = await fixture.createUser({ email: 'deleted@example.com' });
    const by = (whose: string, ifMatch: string | undefined) =>
      fixture.audited(whose, (tx) => deleteUser(fixture.parts, tx, { actorId, userId: whose, ifMatch }));
    await expect(by(userId, undefined)).rejects.toMatchObject({ status: 428 });
    await expect(by(userId, '"9"')).rejects.toMatchObject({ status: 412 });
    await expect(by(actorId, '*')).rejects.toMatchObject({ code: 'own-account' });
    await by(userId, '"1"');
    expect(await deletedEvents(userId)).toHaveLength(1);
    await expect(by(userId, '*')).rejects.toMatchObject({ status: 404 });
  });
});
