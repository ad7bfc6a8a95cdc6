import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { completePasswordReset } from './complete-password-reset.ts';
import { completePhonePasswordReset } from './complete-phone-password-reset.ts';
import { createSession } from './create-session.ts';
import { getUser } from './get-user.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { renewSession } from './renew-session.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { updatePassword } from './update-password.ts';
import { updateProfile } from './update-profile.ts';
import { verifyEmail } from './verify-email.ts';

const NEW = 'a quite different sentence';
let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const logIn = (email: string, password = PASSWORD) =>
  sessionOf(createSession(fixture.parts, { ...ORIGIN, email, password }));
const profile = { gender: 'female', age: 29 } as const;

describe('changing the e-mail address', () => {
  it('waits for the proof of the new one, and keeps the old one in force until then', async () => {
    const userId = await fixture.createUser({ email: 'old@example.com' });
    const update = { ...profile, userId, email: 'new@example.com', ifMatch: undefined };
    const waiting = await updateProfile(fixture.parts, update);
    expect(waiting).toMatchObject({ email: 'old@example.com', pendingEmail: 'new@example.com', version: 2 });
    await fixture.runJobs();
    await expect(logIn('old@example.com')).resolves.toBeDefined();
    await expect(logIn('new@example.com')).rejects.toMatchObject({ code: 'invalid-credentials' });

    await verifyEmail(fixture.parts, { token: await fixture.secretOf('new@example.com') });
    expect(await getUser(fixture.parts, { userId })).toMatchObject({ email: 'new@example.com', pendingEmail: null });
    await expect(logIn('new@example.com')).resolves.toBeDefined();
    expect(await fixture.messagesTo('old@example.com')).toMatchObject([{ subject: 'Your e-mail address was changed' }]);
  });

  it("answers alike for somebody else's address, whose owner is told", async () => {
    await fixture.createUser({ email: 'taken@example.com' });
    const userId = await fixture.createUser({ email: 'wishing@example.com' });
    const update = { ...profile, userId, email: 'taken@example.com', ifMatch: undefined };
    await expect(updateProfile(fixture.parts, update)).resolves.toMatchObject({ pendingEmail: 'taken@example.com' });
    await fixture.runJobs();
    expect(await fixture.secretOf('taken@example.com')).toBe('');
    expect(await fixture.messagesTo('taken@example.com')).toHaveLength(1);
  });

  it('is withdrawn by naming the present address, and voided by a newer wish', async () => {
    const userId = await fixture.createUser({ email: 'present@example.com' });
    const wish = (email: string | undefined) =>
      updateProfile(fixture.parts, { ...profile, userId, email, ifMatch: undefined });
    await wish('first@example.com');
    await fixture.runJobs();
    await wish('second@example.com');
    await fixture.runJobs();
    const first = verifyEmail(fixture.parts, { token: await fixture.secretOf('first@example.com') });
    await expect(first).rejects.toMatchObject({ code: 'token-not-accepted' });
    await expect(wish(undefined)).resolves.toMatchObject({ pendingEmail: 'second@example.com' });
    await expect(wish('Present@example.com')).resolves.toMatchObject({ pendingEmail: null });
    const second = verifyEmail(fixture.parts, { token: await fixture.secretOf('second@example.com') });
    await expect(second).rejects.toMatchObject({ code: 'token-not-accepted' });
  });
});

describe('changing the profile', () => {
  it('keeps the version when nothing changes, and refuses a stale one', async () => {
    const userId = await fixture.createUser({ email: 'versioned@example.com' });
    const same = { ...profile, userId, email: 'versioned@example.com', ifMatch: '"1"' };
    await expect(updateProfile(fixture.parts, same)).resolves.toMatchObject({ version: 1 });
    await expect(updateProfile(fixture.parts, { ...same, age: 30 })).resolves.toMatchObject({ version: 2, age: 30 });
    await expect(updateProfile(fixture.parts, { ...same, age: 31 })).rejects.toMatchObject({ status: 412 });
  });

  it('lets one of two writers of the same version through', async () => {
    const userId = await fixture.createUser({ email: 'writers@example.com' });
    const write = (age: number) =>
      updateProfile(fixture.parts, { userId, gender: 'female', age, email: undefined, ifMatch: '"1"' });
    const results = await Promise.allSettled([write(40), write(41)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('resetting the password', () => {
  it('by mail works once, ends all sessions, tells the owner and logs nobody in', async () => {
    const email = 'forgetful@example.com';
    const userId = await fixture.createUser({ email });
    const { refreshToken, sessionId } = await logIn(email);
    await requestPasswordReset(fixture.parts, { email: 'Forgetful@example.com' });
    await fixture.runJobs();
    const reset = { token: await fixture.secretOf(email), newPassword: NEW, signal: ORIGIN.signal };
    const results = await Promise.allSettled([1, 2].map(() => completePasswordReset(fixture.parts, reset)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(fixture.parts.revokedSessions.has(sessionId)).toBe(true);
    const renewal = renewSession(fixture.parts, { refreshToken, signal: ORIGIN.signal });
    await expect(renewal).rejects.toMatchObject({ code: 'session-ended' });
    await expect(logIn(email)).rejects.toMatchObject({ code: 'invalid-credentials' });
    await expect(logIn(email, NEW)).resolves.toMatchObject({ account: { id: userId } });
    expect((await fixture.messagesTo(email)).at(-1)?.subject).toBe('Your password was changed');
  });

  it('keeps the token when the new password is refused, and voids it by a newer one', async () => {
    const email = 'choosy@example.com';
    await fixture.createUser({ email });
    const ask = async (): Promise<string> => {
      await requestPasswordReset(fixture.parts, { email });
      await fixture.runJobs();
      return fixture.secretOf(email);
    };
    const reset = (token: string, newPassword: string) =>
      completePasswordReset(fixture.parts, { token, newPassword, signal: ORIGIN.signal });
    const first = await ask();
    await expect(reset(first, 'choosychoosychoosy')).rejects.toMatchObject({ code: 'password-refused' });
    const second = await ask();
    await expect(reset(first, NEW)).rejects.toMatchObject({ code: 'token-not-accepted' });
    await fixture.sql(`update identity.password_resets set expires_at = expires_at - interval '31 minutes'`);
    await expect(reset(second, NEW)).rejects.toMatchObject({ code: 'token-not-accepted' });
  });

  it('sends nothing to an unknown address', async () => {
    await requestPasswordReset(fixture.parts, { email: 'nobody@example.com' });
    await fixture.runJobs();
    expect(await fixture.messagesTo('nobody@example.com')).toEqual([]);
  });

  it('by phone takes a code for that purpose, and tells the owner', async () => {
    const phone = '+989123330001';
    await fixture.createUser({ phone });
    await requestOneTimeCode(fixture.parts, { phone, purpose: 'reset', ip: ORIGIN.ip });
    await fixture.runJobs();
    const reset = { phone, code: await fixture.secretOf(phone), newPassword: NEW, signal: ORIGIN.signal };
    const results = await Promise.allSettled([1, 2, 3].map(() => completePhonePasswordReset(fixture.parts, reset)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await fixture.messagesTo(phone)).at(-1)).toMatchObject({ class: 'transactional', channel: 'sms' });
  });
});

describe('changing the password', () => {
  it('wants the present one, and slows down guessing at it', async () => {
    const userId = await fixture.createUser({ email: 'careful@example.com' });
    const { sessionId } = await logIn('careful@example.com');
    const change = { ...ORIGIN, userId, sessionId, newPassword: NEW };
    const guess = () => updatePassword(fixture.parts, { ...change, currentPassword: 'not the present password' });
    for (let wrong = 0; wrong < 11; wrong += 1) {
      await expect(guess()).rejects.toMatchObject({ code: 'current-password-wrong' });
    }
    await expect(guess()).rejects.toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
    await expect(logIn('careful@example.com')).resolves.toBeDefined();
  });

  it('lets a log-in with the old password that is under way not survive it', async () => {
    const email = 'racing@example.com';
    const userId = await fixture.createUser({ email });
    const { sessionId } = await logIn(email);
    const change = { ...ORIGIN, userId, sessionId, currentPassword: PASSWORD, newPassword: NEW };
    const [, ...logins] = await Promise.allSettled([
      updatePassword(fixture.parts, change),
      ...Array.from({ length: 8 }, () => logIn(email)),
    ]);
    const begun = logins.flatMap((login) => (login.status === 'fulfilled' ? [login.value.sessionId] : []));
    const live = await fixture.sql<{ id: string }>(
      'select id from identity.sessions where user_id = $1 and revoked_at is null and id = any ($2)',
      [userId, begun],
    );
    expect(live).toEqual([]);
  });
});
