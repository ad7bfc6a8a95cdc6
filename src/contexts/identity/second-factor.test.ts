import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testKeyRing } from '../../testing/key-ring.ts';
import { completePasswordReset } from './complete-password-reset.ts';
import { completeSecondFactor } from './complete-second-factor.ts';
import { completeSession } from './complete-session.ts';
import { createCodeSession } from './create-code-session.ts';
import { createSession } from './create-session.ts';
import { deleteSecondFactor } from './delete-second-factor.ts';
import type { IdentityParts } from './dependencies.ts';
import { getSecondFactor } from './get-second-factor.ts';
import { createIdentityFixture, ORIGIN, PASSWORD } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { startSecondFactor } from './start-second-factor.ts';
import { totpCode } from './totp.ts';

let fixture: IdentityFixture;
let parts: IdentityParts;
let people = 0;
let ahead = 0;
const now = (): Date => new Date(1_800_000_000_000 + ahead * 1000);

interface Person {
  readonly userId: string;
  readonly email: string;
  readonly phone: string;
  readonly recoveryCodes: readonly string[];
  /** What the app shows. */
  code(): string;
}

beforeAll(async () => {
  fixture = await createIdentityFixture();
  parts = { ...fixture.parts, clock: { now } };
});
afterAll(() => fixture.close());
beforeEach(() => {
  ahead += 3_600;
});

/** Another step, whose code is not used yet. */
const wait = (): void => {
  ahead += 30;
};

async function newPerson(): Promise<Omit<Person, 'recoveryCodes' | 'code'>> {
  people += 1;
  const email = `person-${people}@example.com`;
  const phone = `+98912000${String(people).padStart(4, '0')}`;
  return { userId: await fixture.createUser({ email, phone }), email, phone };
}

const start = (userId: string) => startSecondFactor(parts, { ...ORIGIN, userId, currentPassword: PASSWORD });

async function newPersonWithFactor(): Promise<Person> {
  const person = await newPerson();
  const { secret } = await start(person.userId);
  const code = (): string => totpCode(fromBase32(secret), now());
  const recoveryCodes = await completeSecondFactor(parts, { userId: person.userId, code: code() });
  wait();
  return { ...person, recoveryCodes, code };
}

/** RFC 4648, by the book. */
function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

async function challengeOf({ email }: Pick<Person, 'email'>): Promise<string> {
  const outcome = await createSession(parts, { ...ORIGIN, device: 'phone', email, password: PASSWORD });
  if (!('challenge' in outcome)) throw new Error('no second factor was asked for');
  return outcome.challenge;
}

const refused = expect.objectContaining({ code: 'second-factor-refused', status: 401 });
const notAccepted = expect.objectContaining({ code: 'code-not-accepted', status: 409 });
const tooMany = expect.objectContaining({ code: 'too-many-requests', status: 429 });

/** How many came to what. */
async function count(attempts: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(attempts)) {
    const what = result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
}

describe('setting up', () => {
  it('needs the password, and a code of the newest secret', async () => {
    const { userId, email } = await newPerson();
    const wrong = startSecondFactor(parts, { ...ORIGIN, userId, currentPassword: 'wrong' });
    await expect(wrong).rejects.toMatchObject({ code: 'current-password-wrong' });
    await expect(completeSecondFactor(parts, { userId, code: '000000' })).rejects.toEqual(notAccepted);
    const before = fromBase32((await start(userId)).secret);
    const secret = fromBase32((await start(userId)).secret);
    await expect(completeSecondFactor(parts, { userId, code: totpCode(before, now()) })).rejects.toEqual(notAccepted);
    // Until then log-ins go on without it.
    await expect(createSession(parts, { ...ORIGIN, email, password: PASSWORD })).resolves.toHaveProperty('accessToken');
    expect(await completeSecondFactor(parts, { userId, code: totpCode(secret, now()) })).toHaveLength(10);
    expect(await getSecondFactor(parts, { userId })).toMatchObject({
      enabledAt: expect.any(Date),
      recoveryCodesLeft: 10,
    });
    await expect(start(userId)).rejects.toMatchObject({ code: 'second-factor-enabled' });
    const again = completeSecondFactor(parts, { userId, code: totpCode(secret, now()) });
    await expect(again).rejects.toMatchObject({ code: 'second-factor-enabled' });
    expect((await fixture.messagesTo(email)).at(-1)).toMatchObject({ subject: 'Your second factor is on' });
  });

  it('gives one set of recovery codes to ten who confirm at once', async () => {
    const { userId } = await newPerson();
    const { secret } = await start(userId);
    const code = totpCode(fromBase32(secret), now());
    const { done } = await count(Array.from({ length: 10 }, () => completeSecondFactor(parts, { userId, code })));
    expect(done).toBe(1);
    expect(await getSecondFactor(parts, { userId })).toMatchObject({ recoveryCodesLeft: 10 });
  });

  it('stores no secret in the clear', async () => {
    const { userId } = await newPerson();
    const { secret } = await start(userId);
    const [row] = await fixture.sql<{ cipher: Buffer }>(
      'select secret_cipher as cipher from identity.totp_factors where user_id = $1',
      [userId],
    );
    expect(row?.cipher.includes(fromBase32(secret))).toBe(false);
  });
});

describe('logging in', () => {
  it('takes a code after the password, and begins the session of the first half', async () => {
    const person = await newPersonWithFactor();
    const challenge = await challengeOf(person);
    const session = await completeSession(parts, { challenge, code: person.code() });
    expect(session.account.id).toBe(person.userId);
    const [row] = await fixture.sql('select device, user_id as "userId" from identity.sessions where id = $1', [
      session.sessionId,
    ]);
    expect(row).toEqual({ device: 'phone', userId: person.userId });
    wait();
    await expect(completeSession(parts, { challenge, code: person.code() })).rejects.toEqual(refused);
  });

  it('asks for it after a one-time code and after a password reset, too', async () => {
    const person = await newPersonWithFactor();
    await requestOneTimeCode(parts, { ...ORIGIN, phone: person.phone, purpose: 'login' });
    await fixture.runJobs();
    const code = await fixture.secretOf(person.phone);
    expect(Object.keys(await createCodeSession(parts, { ...ORIGIN, phone: person.phone, code }))).toEqual([
      ...['challenge', 'expiresIn'],
    ]);
    await requestPasswordReset(parts, { email: person.email });
    await fixture.runJobs();
    const token = await fixture.secretOf(person.email);
    const newPassword = 'another sentence altogether';
    await completePasswordReset(parts, { token, newPassword, signal: ORIGIN.signal });
    const outcome = await createSession(parts, { ...ORIGIN, email: person.email, password: newPassword });
    expect(outcome).toHaveProperty('challenge');
  });

  it('takes a code once: of fifty at once one gets in, and none later', async () => {
    const person = await newPersonWithFactor();
    const challenges: string[] = [];
    for (let made = 0; made < 50; made += 1) challenges.push(await challengeOf(person));
    const code = person.code();
    const { done } = await count(challenges.map((challenge) => completeSession(parts, { challenge, code })));
    expect(done).toBe(1);
    await expect(completeSession(parts, { challenge: await challengeOf(person), code })).rejects.toEqual(refused);
  });

  it('takes a recovery code once, however many try, and tells the owner', async () => {
    const person = await newPersonWithFactor();
    const [code = ''] = person.recoveryCodes;
    const challenges = await Promise.all(Array.from({ length: 10 }, () => challengeOf(person)));
    const counts = await count(challenges.map((challenge) => completeSession(parts, { challenge, code })));
    expect(counts).toEqual({ done: 1, 'second-factor-refused': 9 });
    expect(await getSecondFactor(parts, person)).toMatchObject({ recoveryCodesLeft: 9 });
    const told = (await fixture.messagesTo(person.email)).filter(({ text }) =>
      text.includes('recovery codes was used'),
    );
    expect(told).toHaveLength(1);
  });

  it('judges five guesses at a challenge, and ten in a quarter of an hour at an account', async () => {
    const person = await newPersonWithFactor();
    const guess = (challenge: string) => completeSession(parts, { challenge, code: 'AAAA-AAAA-AAAA-AAAA' });
    const first = await challengeOf(person);
    const counts = await count(Array.from({ length: 100 }, () => guess(first)));
    expect(counts).toEqual({ 'second-factor-refused': 100 });
    const judged = async () => {
      const [row] = await fixture.sql<{ n: number }>(
        'select cardinality(failed_at) as n from identity.totp_factors where user_id = $1',
        [person.userId],
      );
      return row?.n;
    };
    expect(await judged()).toBe(5);
    // Not even the right code opens a challenge whose guesses are used up.
    await expect(completeSession(parts, { challenge: first, code: person.code() })).rejects.toEqual(refused);
    const second = await challengeOf(person);
    for (let tries = 0; tries < 5; tries += 1) await expect(guess(second)).rejects.toEqual(refused);
    expect(await judged()).toBe(10);
    const third = await challengeOf(person);
    await expect(completeSession(parts, { challenge: third, code: person.code() })).rejects.toEqual(tooMany);
    await expect(deleteSecondFactor(parts, { userId: person.userId, code: person.code() })).rejects.toEqual(tooMany);
    // A refusal for the limit is no guess: the challenge is still good when the quarter is over.
    await fixture.sql(`update identity.totp_factors set failed_at = '{}' where user_id = $1`, [person.userId]);
    await expect(completeSession(parts, { challenge: third, code: person.code() })).resolves.toBeDefined();
  });

  it('ends for who was half in when the password changes or the time is over', async () => {
    const person = await newPersonWithFactor();
    const late = await challengeOf(person);
    await fixture.sql(`update identity.login_challenges set expires_at = clock_timestamp() where user_id = $1`, [
      person.userId,
    ]);
    await expect(completeSession(parts, { challenge: late, code: person.code() })).rejects.toEqual(refused);
    const half = await challengeOf(person);
    await requestPasswordReset(parts, { email: person.email });
    await fixture.runJobs();
    const token = await fixture.secretOf(person.email);
    await completePasswordReset(parts, { token, newPassword: 'another sentence altogether', signal: ORIGIN.signal });
    await expect(completeSession(parts, { challenge: half, code: person.code() })).rejects.toEqual(refused);
  });
});

describe('recovery codes and turning it off', () => {
  it('demand a code once more', async () => {
    const person = await newPersonWithFactor();
    const { userId } = person;
    await expect(renewRecoveryCodes(parts, { userId, code: '000000' })).rejects.toEqual(notAccepted);
    const code = person.code();
    const renewed = await renewRecoveryCodes(parts, { userId, code });
    await expect(deleteSecondFactor(parts, { userId, code })).rejects.toEqual(notAccepted);
    const [old = ''] = person.recoveryCodes;
    await expect(deleteSecondFactor(parts, { userId, code: old })).rejects.toEqual(notAccepted);
    await deleteSecondFactor(parts, { userId, code: renewed[0] ?? '' });
    expect(await getSecondFactor(parts, { userId })).toEqual({ enabledAt: null, recoveryCodesLeft: 0 });
    const outcome = await createSession(parts, { ...ORIGIN, email: person.email, password: PASSWORD });
    expect(outcome).toHaveProperty('accessToken');
    const missing = expect.objectContaining({ code: 'second-factor-missing', status: 409 });
    await expect(deleteSecondFactor(parts, { userId, code: '000000' })).rejects.toEqual(missing);
    await expect(renewRecoveryCodes(parts, { userId, code: '000000' })).rejects.toEqual(missing);
    const subjects = (await fixture.messagesTo(person.email)).map(({ subject }) => subject);
    expect(subjects.slice(-3)).toEqual([
      'Your recovery codes were replaced',
      'A recovery code was used',
      'Your second factor is off',
    ]);
  });
});

describe('encryption keys', () => {
  it('may change under a factor; without its key the answer is 503, and no guess is counted', async () => {
    const person = await newPersonWithFactor();
    const challenge = await challengeOf(person);
    const away = completeSession({ ...parts, keyRing: testKeyRing(5) }, { challenge, code: person.code() });
    await expect(away).rejects.toMatchObject({
      status: 503,
      cause: expect.objectContaining({ name: 'MissingKeyError' }),
    });
    const [row] = await fixture.sql(
      `select attempts, failed_at as failed from identity.login_challenges c join identity.totp_factors f using (user_id)
       where user_id = $1`,
      [person.userId],
    );
    expect(row).toEqual({ attempts: 0, failed: [] });
    const rotated = { ...parts, keyRing: testKeyRing(5, 2) };
    await expect(completeSession(rotated, { challenge, code: person.code() })).resolves.toBeDefined();
  });
});
