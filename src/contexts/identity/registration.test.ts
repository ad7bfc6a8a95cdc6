import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPhoneRegistration } from './create-phone-registration.ts';
import { createRegistration } from './create-registration.ts';
import { createPhoneSession, createSession } from './create-session.ts';
import { completePhoneChange } from './complete-phone-change.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { renewSession } from './renew-session.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { sendRegistrationMail } from './send-registration-mail.ts';
import { verifyEmail } from './verify-email.ts';
import { verifyPhone } from './verify-phone.ts';

const about = { gender: 'female', age: 29, password: PASSWORD, signal: ORIGIN.signal, ip: ORIGIN.ip } as const;
let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const logIn = (email: string, password = PASSWORD) =>
  sessionOf(createSession(fixture.parts, { ...ORIGIN, email, password }));
const violates = (constraint: string) => expect.objectContaining({ code: '23505', constraint });
const count = async (table: string): Promise<number> =>
  (await fixture.sql<{ n: number }>(`select count(*) as n from identity.${table}`))[0]?.n ?? -1;

async function signUp(email: string): Promise<{ userId: string; token: string }> {
  const { userId } = await createRegistration(fixture.parts, { ...about, email });
  await fixture.runJobs();
  return { userId, token: await fixture.secretOf(email.toLowerCase()) };
}

async function signUpByPhone(phone: string): Promise<{ userId: string; code: string }> {
  await fixture.sql('delete from identity.send_budgets');
  const { userId } = await createPhoneRegistration(fixture.parts, { ...about, phone });
  await fixture.runJobs();
  return { userId, code: await fixture.secretOf(phone) };
}

describe('signing up by e-mail', () => {
  it('makes an account out of a proven address, once', async () => {
    const { userId, token } = await signUp('Sara@Example.com');
    await expect(logIn('sara@example.com')).rejects.toMatchObject({ code: 'invalid-credentials' });
    await verifyEmail(fixture.parts, { token });
    await expect(logIn('SARA@example.com')).resolves.toMatchObject({
      account: { id: userId, email: 'sara@example.com', roles: ['user'] },
    });
    await expect(verifyEmail(fixture.parts, { token })).rejects.toMatchObject({ code: 'token-not-accepted' });
  });

  it('changes nothing for an address that has an account, and tells its owner', async () => {
    await fixture.createUser({ email: 'owner@example.com' });
    const before = await count('users');
    const { userId, token } = await signUp('owner@example.com');
    expect(userId).toMatch(/^[0-9a-f-]{36}$/);
    expect(token).toBe('');
    expect(await fixture.messagesTo('owner@example.com')).toMatchObject([{ subject: 'You already have an account' }]);
    expect([await count('users'), await count('registrations')]).toEqual([before, 0]);
    await expect(logIn('owner@example.com')).resolves.toBeDefined();
  });

  it('lets nobody squat an address: who proves it first has it, and other claims end', async () => {
    const squatter = await signUp('wanted@example.com');
    const owner = await signUp('wanted@example.com');
    await verifyEmail(fixture.parts, owner);
    await expect(verifyEmail(fixture.parts, squatter)).rejects.toMatchObject({ code: 'token-not-accepted' });
    await expect(logIn('wanted@example.com')).resolves.toMatchObject({ account: { id: owner.userId } });
  });

  it('gives one of two proofs at once the address, and leaves no half of the other', async () => {
    const [first, second] = [await signUp('raced@example.com'), await signUp('raced@example.com')];
    const results = await Promise.allSettled([first, second].map((one) => verifyEmail(fixture.parts, one)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const users = await fixture.sql(`select id from identity.users where email = 'raced@example.com'`);
    expect(users).toHaveLength(1);
  });

  it('mails once although its job runs twice, and the token stays good', async () => {
    const { userId, token } = await signUp('twice@example.com');
    await sendRegistrationMail(fixture.parts, { registrationId: userId });
    expect(await fixture.messagesTo('twice@example.com')).toHaveLength(1);
    await verifyEmail(fixture.parts, { token });
    await sendRegistrationMail(fixture.parts, { registrationId: userId });
    expect(await fixture.messagesTo('twice@example.com')).toHaveLength(1);
  });

  it('takes no token after a day', async () => {
    const { token } = await signUp('late@example.com');
    await fixture.sql(`update identity.registrations set token_expires_at = token_expires_at - interval '25 hours'`);
    await expect(verifyEmail(fixture.parts, { token })).rejects.toMatchObject({ code: 'token-not-accepted' });
  });

  it('refuses 25 euro signs before anything is kept', async () => {
    const long = createRegistration(fixture.parts, { ...about, email: 'euro@example.com', password: '€'.repeat(25) });
    await expect(long).rejects.toMatchObject({ code: 'password-refused', errors: [{ pointer: '/password' }] });
    expect(await fixture.sql(`select 1 from identity.registrations where email = 'euro@example.com'`)).toEqual([]);
  });
});

describe('signing up by phone', () => {
  it('makes an account out of a proven number, and tells the others in the same transaction', async () => {
    const phone = '+989122220001';
    const { userId, code } = await signUpByPhone(phone);
    await verifyPhone(fixture.parts, { userId, phone: '0912 222 0001', code, transfer: false });
    await expect(createPhoneSession(fixture.parts, { ...ORIGIN, phone, password: PASSWORD })).resolves.toMatchObject({
      account: { id: userId, phone },
    });
    expect(await fixture.events()).toContainEqual(
      expect.objectContaining({ event: 'user.phone_verified', userId, phone }),
    );
  });

  it("does not finish a stranger's sign-up with one's own code", async () => {
    const phone = '+989122220002';
    const attacker = await signUpByPhone(phone);
    const victim = await signUpByPhone(phone);
    const proof = { phone, code: victim.code, transfer: false };
    const unknown = '01939c2e-7a4b-7c31-9a52-0d6f2c1b8e90';
    await expect(verifyPhone(fixture.parts, { ...proof, userId: unknown })).rejects.toMatchObject({
      code: 'code-not-accepted',
    });
    await verifyPhone(fixture.parts, { ...proof, userId: victim.userId });
    await expect(verifyPhone(fixture.parts, { ...proof, userId: attacker.userId })).rejects.toMatchObject({
      code: 'code-not-accepted',
    });
  });

  it('gives a number that two accounts prove at once to one, and the other loses nothing', async () => {
    const phone = '+989122220003';
    const { userId: newcomer, code } = await signUpByPhone(phone);
    const resident = await fixture.createUser({ email: 'resident@example.com' });
    await fixture.sql('delete from identity.send_budgets');
    await requestOneTimeCode(fixture.parts, { phone, purpose: 'phone-change', ip: ORIGIN.ip });
    await fixture.runJobs();
    const change = { userId: resident, phone, code: await fixture.secretOf(phone), transfer: false };
    const proof = { userId: newcomer, phone, code, transfer: false };
    const [signedUp, changed] = await Promise.allSettled([
      verifyPhone(fixture.parts, proof),
      completePhoneChange(fixture.parts, change),
    ]);
    const holders = await fixture.sql<{ id: string }>('select id from identity.users where phone = $1', [phone]);
    expect(holders).toEqual([{ id: signedUp.status === 'fulfilled' ? newcomer : resident }]);
    expect([signedUp.status, changed.status].sort()).toEqual(['fulfilled', 'rejected']);
    const told = (await fixture.events()).filter((event) => (event as { phone: string }).phone === phone);
    expect(told).toHaveLength(1);
  });

  it('moves a number from the account that has it only on request, and logs that account out', async () => {
    const phone = '+989122220004';
    const former = await fixture.createUser({ phone, email: 'former@example.com' });
    const tokens = await logIn('former@example.com');
    const { userId, code } = await signUpByPhone(phone);
    expect((await fixture.messagesTo(phone)).at(-1)?.text).toContain('from the account that has it');

    const proof = { userId, phone, code };
    const refused = verifyPhone(fixture.parts, { ...proof, transfer: false });
    await expect(refused).rejects.toEqual(violates('users_verified_phone_key'));
    await verifyPhone(fixture.parts, { ...proof, transfer: true });

    const rows = await fixture.sql<{ id: string; phone: string | null }>(
      'select id, phone from identity.users where id = any ($1)',
      [[former, userId]],
    );
    expect(new Map(rows.map((row) => [row.id, row.phone]))).toEqual(
      new Map([
        [former, null],
        [userId, phone],
      ]),
    );
    expect(fixture.parts.revokedSessions.has(tokens.sessionId)).toBe(true);
    const { refreshToken } = tokens;
    await expect(renewSession(fixture.parts, { refreshToken, signal: ORIGIN.signal })).rejects.toMatchObject({
      code: 'session-ended',
    });
    expect(await fixture.messagesTo('former@example.com')).toMatchObject([
      { subject: 'Your phone number has left your account' },
    ]);
  });
});
