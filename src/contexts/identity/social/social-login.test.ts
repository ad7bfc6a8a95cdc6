import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listSessions } from '../list-sessions.ts';
import { createSession } from '../create-session.ts';
import { createRegistration } from '../create-registration.ts';
import { verifyEmail } from '../verify-email.ts';
import { deleteExpiredIdentity } from '../delete-expired-identity.ts';
import { ORIGIN, PASSWORD, sessionOf } from '../identity.fixture.ts';
import type { LoginOutcome } from '../begin-login.ts';
import { completeSocialLogin } from './complete-social-login.ts';
import { completeSocialRegistration } from './complete-social-registration.ts';
import type { SocialRegistration } from './complete-social-registration.ts';
import { createSocialIdentity } from './create-social-identity.ts';
import type { SocialStep } from './log-in-person.ts';
import { requestSocialCode } from './request-social-code.ts';
import { BACK, comeBack, createSocialFixture } from './social.fixture.ts';
import type { SocialFixture, TestPerson } from './social.fixture.ts';
import { startSocialLogin } from './start-social-login.ts';

let fixture: SocialFixture;
beforeAll(async () => {
  fixture = await createSocialFixture();
});
afterAll(() => fixture.close());

let made = 0;
const subject = (): string => `person-${(made += 1)}`;
const address = (): string => `person-${(made += 1)}@social.example`;
const number = (): string => `+98901${String((made += 1)).padStart(7, '0')}`;

/** Somebody whose provider vouches for everything. */
function person(fields: Partial<TestPerson> = {}): TestPerson {
  return { subject: subject(), email: { address: address(), verified: true }, ...fields };
}

const refused = { code: 'social-login-refused', status: 401 };
const profile = { gender: 'female', age: 29, transfer: false, ip: ORIGIN.ip, device: undefined } as const;

async function register(step: SocialStep, fields: Partial<SocialRegistration> = {}) {
  const { challenge } = step;
  return completeSocialRegistration(fixture.parts, {
    challenge,
    phone: undefined,
    code: undefined,
    ...profile,
    ...fields,
  });
}

async function codeFor({ challenge }: SocialStep, phone: string): Promise<string> {
  await requestSocialCode(fixture.parts, { challenge, phone, ip: ORIGIN.ip });
  await fixture.runJobs();
  return fixture.secretOf(phone);
}

async function signUp(who: TestPerson, phone = number()) {
  const step = await fixture.step(who);
  return register(step, { phone, code: await codeFor(step, phone) });
}

const userOf = async (outcome: Promise<LoginOutcome | SocialStep>): Promise<string> => {
  const begun = await outcome;
  if ('challenge' in begun) throw new Error('no session has begun');
  return begun.account.id;
};

describe('a log-in by a provider', () => {
  it('is good once, however many come back with it at once', async () => {
    const way = await fixture.leave(person());
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4, 5].map(() => completeSocialLogin(fixture.parts, comeBack(way))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(completeSocialLogin(fixture.parts, comeBack(way))).rejects.toMatchObject(refused);
  });

  it('is refused with a made-up state, and with the ticket of another, which uses nothing up', async () => {
    const [way, other] = [await fixture.leave(person()), await fixture.leave(person())];
    for (const wrong of [{ state: other.ticket }, { ticket: other.ticket }, { state: other.state }]) {
      await expect(completeSocialLogin(fixture.parts, comeBack({ ...way, ...wrong }))).rejects.toMatchObject(refused);
    }
    expect(await completeSocialLogin(fixture.parts, comeBack(way))).toMatchObject({ step: 'registration' });
  });

  it('is refused with a code that is not good, and the state is used up', async () => {
    const way = await fixture.leave(person());
    await expect(completeSocialLogin(fixture.parts, comeBack({ ...way, code: 'made-up' }))).rejects.toMatchObject(
      refused,
    );
    await expect(completeSocialLogin(fixture.parts, comeBack(way))).rejects.toMatchObject(refused);
  });

  it('is refused after ten minutes, and forgotten', async () => {
    const way = await fixture.leave(person());
    await fixture.sql(`update identity.social_logins set expires_at = now() - interval '2 hours'`);
    await expect(completeSocialLogin(fixture.parts, comeBack(way))).rejects.toMatchObject(refused);
    await fixture.step(person());
    await fixture.sql(`update identity.social_challenges set expires_at = now() - interval '2 hours'`);
    await deleteExpiredIdentity(fixture.parts, ORIGIN);
    const left = await fixture.sql(
      'select 1 from identity.social_logins union all select 1 from identity.social_challenges',
    );
    expect(left).toEqual([]);
  });

  it('leaves nothing readable: neither state, nonce, verifier nor person', async () => {
    const who = person();
    const way = await fixture.leave(who);
    const { nonce } = fixture.requests.at(-1) ?? { nonce: '' };
    const { challenge } = await fixture.step(who);
    const rows = await fixture.sql<{ row: string }>(
      `select encode(convert_to(t::text, 'UTF8'), 'escape') as row from identity.social_logins t
       union all select encode(convert_to(t::text, 'UTF8'), 'escape') from identity.social_challenges t`,
    );
    const stored = rows.map(({ row }) => row).join('\n');
    for (const secret of [way.state, way.ticket, nonce, challenge, who.subject, who.email?.address ?? '']) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  it('goes only to providers in use and comes back only to configured addresses', async () => {
    const start = { redirectUri: BACK, loginHint: undefined, userId: null };
    await expect(startSocialLogin(fixture.parts, { ...start, provider: 'unknown' })).rejects.toMatchObject({
      code: 'provider-unknown',
    });
    for (const redirectUri of ['https://evil.example/back', `${BACK}/`, `${BACK}?x=1`]) {
      await expect(
        startSocialLogin(fixture.parts, { ...start, provider: 'trusted', redirectUri }),
      ).rejects.toMatchObject({ code: 'redirect-not-allowed' });
    }
  });

  it('is 503 while the provider is away, on the way there and on the way back', async () => {
    const way = await fixture.leave(person());
    fixture.away = true;
    try {
      await expect(fixture.leave(person())).rejects.toMatchObject({ status: 503 });
      await expect(completeSocialLogin(fixture.parts, comeBack(way))).rejects.toMatchObject({ status: 503 });
    } finally {
      fixture.away = false;
    }
  });
});

describe('the account that is meant', () => {
  it('is the one that has the identity, whatever address and number the provider tells later', async () => {
    const who = person();
    const { account } = await signUp(who);
    const email = address();
    await fixture.createUser({ email });
    expect(await userOf(fixture.logIn({ ...who, email: { address: email, verified: true } }))).toBe(account.id);
    expect(await userOf(fixture.logIn({ subject: who.subject }))).toBe(account.id);
  });

  it('is linked by an address that both sides have proven, and its owner is told', async () => {
    const email = address();
    const userId = await fixture.createUser({ email });
    const who = person({ email: { address: email.toUpperCase(), verified: true } });
    expect(await userOf(fixture.logIn(who))).toBe(userId);
    expect(await fixture.messagesTo(email)).toMatchObject([
      { text: expect.stringContaining('logging in with trusted') },
    ]);
    expect(await userOf(fixture.logIn({ subject: who.subject }))).toBe(userId);
  });

  it('is linked once by many first log-ins at the same time', async () => {
    const email = address();
    const userId = await fixture.createUser({ email });
    const who = person({ email: { address: email, verified: true } });
    const ways = await Promise.all([1, 2, 3, 4, 5, 6].map(() => fixture.leave(who)));
    const users = await Promise.all(ways.map((way) => userOf(completeSocialLogin(fixture.parts, comeBack(way)))));
    expect(new Set(users)).toEqual(new Set([userId]));
    expect(await fixture.messagesTo(email)).toHaveLength(1);
  });

  it.each([
    ['nobody says the address is verified', { verified: false }, 'trusted'],
    ['the provider is not trusted with addresses', { verified: true }, 'doubted'],
  ] as const)(
    'is not found by an address when %s: the answer is that of an unknown address',
    async (_, { verified }, provider) => {
      const email = address();
      await fixture.createUser({ email });
      const known = await fixture.step(person({ email: { address: email, verified } }), { provider });
      const unknown = await fixture.step(person({ email: { address: address(), verified } }), { provider });
      const shape = ({ challenge: _challenge, ...rest }: SocialStep) => rest;
      expect(shape(known)).toEqual(shape(unknown));
      expect(known.step).toBe('registration');
      // Nor does the account that follows get the address.
      const phone = number();
      const { account } = await register(known, { phone, code: await codeFor(known, phone) });
      expect(account.email).toBeNull();
    },
  );

  it.each([
    ['of staff', async (userId: string) => fixture.setRoles(userId, ['user', 'staff'])],
    [
      'with a second factor',
      async (userId: string) => {
        await fixture.sql(
          `insert into identity.totp_factors (user_id, secret_cipher, confirmed_at, last_used_step) values ($1, '\\x0161', now(), 1)`,
          [userId],
        );
      },
    ],
    [
      'with another identity of the issuer',
      async (userId: string) => {
        await fixture.sql(
          `insert into identity.social_identities (id, user_id, provider, issuer, subject)
           values (gen_random_uuid(), $1::uuid, 'trusted', 'https://trusted.example', ($1::uuid)::text)`,
          [userId],
        );
      },
    ],
  ])('is linked by its owner alone when it is one %s', async (_, change) => {
    const email = address();
    const userId = await fixture.createUser({ email });
    await change(userId);
    const who = person({ email: { address: email, verified: true } });
    expect(await fixture.logIn(who)).toMatchObject({ step: 'link' });
    expect(await fixture.sql('select 1 from identity.social_identities where subject = $1', [who.subject])).toEqual([]);
  });

  it('cannot be logged in to when it is locked, and is not linked either', async () => {
    const email = address();
    const userId = await fixture.createUser({ email });
    await fixture.audited(userId, (tx) =>
      tx.query({
        name: '',
        text: `update identity.users set locked_at = now(), lock_reason = 'x' where id = '${userId}'`,
      }),
    );
    const who = person({ email: { address: email, verified: true } });
    await expect(fixture.logIn(who)).rejects.toMatchObject({ code: 'invalid-credentials', status: 401 });
    expect(await fixture.sql('select 1 from identity.social_identities where subject = $1', [who.subject])).toEqual([]);
  });

  it('is not one that somebody else prepared: an unconfirmed sign-up dies with its password', async () => {
    const email = address();
    const trap = { email, password: PASSWORD, gender: 'other', age: 40, signal: ORIGIN.signal } as const;
    await createRegistration(fixture.parts, trap);
    await fixture.runJobs();
    const token = await fixture.secretOf(email);
    const who = person({ email: { address: email, verified: true } });
    const { account } = await signUp(who);
    expect(account.email).toBe(email);
    await expect(verifyEmail(fixture.parts, { token })).rejects.toMatchObject({ code: 'token-not-accepted' });
    await expect(createSession(fixture.parts, { ...ORIGIN, email, password: PASSWORD })).rejects.toMatchObject({
      code: 'invalid-credentials',
    });
    const { items } = await listSessions(fixture.parts, { userId: account.id, limit: 10, cursor: undefined });
    expect(items).toHaveLength(1);
  });
});

describe('the second factor', () => {
  it('stands between a linked identity and its session, and no number is taken before it', async () => {
    const who = person({ phone: { number: number(), verified: true } });
    const userId = await fixture.createUser({ email: address() });
    const { challenge } = await fixture.step(who, { userId });
    await fixture.sql(
      `insert into identity.totp_factors (user_id, secret_cipher, confirmed_at, last_used_step) values ($1, '\\x0161', now(), 1)`,
      [userId],
    );
    await createSocialIdentity(fixture.parts, { userId, challenge });
    await fixture.sql('update identity.users set phone = null, phone_verified_at = null where id = $1', [userId]);
    const outcome = await fixture.logIn(who);
    expect(outcome).toEqual({ challenge: expect.any(String), expiresIn: 300 });
    expect(await fixture.sql('select phone from identity.users where id = $1', [userId])).toEqual([{ phone: null }]);
    await expect(sessionOf(Promise.resolve(outcome))).rejects.toThrow('second factor');
  });
});
