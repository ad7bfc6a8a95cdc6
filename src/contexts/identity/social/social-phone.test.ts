import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSession } from '../create-session.ts';
import { ORIGIN, PASSWORD } from '../identity.fixture.ts';
import { createPersonalData } from '../personal-data.ts';
import { completeSocialLogin } from './complete-social-login.ts';
import { completeSocialRegistration } from './complete-social-registration.ts';
import type { SocialRegistration } from './complete-social-registration.ts';
import { createSocialIdentity } from './create-social-identity.ts';
import { deleteSocialIdentity } from './delete-social-identity.ts';
import { getSocialIdentities, getSocialIdentity } from './get-social-identity.ts';
import type { SocialStep } from './log-in-person.ts';
import { requestSocialCode } from './request-social-code.ts';
import { comeBack, createSocialFixture } from './social.fixture.ts';
import type { SocialFixture, TestPerson } from './social.fixture.ts';

let fixture: SocialFixture;
beforeAll(async () => {
  fixture = await createSocialFixture();
});
afterAll(() => fixture.close());

let made = 0;
const number = (): string => `+98901${String((made += 1)).padStart(7, '0')}`;
const person = (fields: Partial<TestPerson> = {}): TestPerson => ({ subject: `person-${(made += 1)}`, ...fields });
const profile = { gender: 'female', age: 29, transfer: false, ip: ORIGIN.ip, device: undefined } as const;

function register({ challenge }: SocialStep, fields: Partial<SocialRegistration> = {}) {
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

const verifications = async (userId: string) =>
  (await fixture.events()).filter((event) => (event as { userId: string }).userId === userId);

describe('the number of a sign-up', () => {
  it('needs no code when a trusted provider says that it is verified, and claims what waits for it', async () => {
    const step = await fixture.step(person({ phone: { number: '0901 555 0001', verified: true } }));
    expect(step).toMatchObject({ step: 'registration', phone: '+989015550001', phoneRequired: false });
    const { account } = await register(step);
    expect(account).toMatchObject({ phone: '+989015550001', gender: 'female', age: 29 });
    expect(await verifications(account.id)).toEqual([
      expect.objectContaining({ event: 'user.phone_verified', phone: '+989015550001' }),
    ]);
  });

  it.each([
    ['nobody says that it is verified', { verified: false }, 'trusted'],
    ['the provider is not trusted with numbers', { verified: true }, 'doubted'],
  ] as const)('needs a code when %s', async (_, { verified }, provider) => {
    const phone = number();
    const step = await fixture.step(person({ phone: { number: phone, verified } }), { provider });
    expect(step).toMatchObject({ phone, phoneRequired: true });
    await expect(register(step)).rejects.toMatchObject({ code: 'phone-required', status: 409 });
    await expect(register(step, { phone })).rejects.toMatchObject({ code: 'phone-required' });
    const { account } = await register(step, { phone, code: await codeFor(step, phone) });
    expect(account.phone).toBe(phone);
    expect(await verifications(account.id)).toHaveLength(1);
  });

  it('is asked for when the provider gives none, or one that is none', async () => {
    for (const phone of [
      undefined,
      { number: '+7 *** *** ** 12', verified: true },
      { number: '02112345678', verified: true },
    ]) {
      const step = await fixture.step(person(phone === undefined ? {} : { phone }));
      expect(step).toMatchObject({ phone: null, phoneRequired: true });
    }
  });

  it('needs a code when an account has it: then it can be taken over, or that account be linked', async () => {
    const phone = number();
    const former = await fixture.createUser({ phone, email: `former-${(made += 1)}@social.example` });
    const step = await fixture.step(person({ phone: { number: phone, verified: true } }));
    expect(step).toMatchObject({ phone, phoneRequired: true });
    await expect(register(step)).rejects.toMatchObject({ code: 'phone-required' });
    const code = await codeFor(step, phone);
    await expect(register(step, { phone, code })).rejects.toMatchObject({ constraint: 'users_verified_phone_key' });
    const { account } = await register(step, { phone, code, transfer: true });
    expect(account.phone).toBe(phone);
    expect(await fixture.sql('select phone from identity.users where id = $1', [former])).toEqual([{ phone: null }]);
  });

  it('is never taken over by the word of a provider', async () => {
    const phone = number();
    const step = await fixture.step(person({ phone: { number: phone, verified: true } }));
    const owner = await fixture.createUser({ phone });
    await expect(register(step, { transfer: true })).rejects.toMatchObject({ constraint: 'users_verified_phone_key' });
    expect(await fixture.sql('select phone from identity.users where id = $1', [owner])).toEqual([{ phone }]);
  });

  it('is not proven by a code for another purpose, a wrong one, or one that was used', async () => {
    const phone = number();
    const step = await fixture.step(person());
    const code = await codeFor(step, phone);
    const wrong = code === '000000' ? '000001' : '000000';
    await expect(register(step, { phone, code: wrong })).rejects.toMatchObject({ code: 'code-not-accepted' });
    await register(step, { phone, code });
    const again = await fixture.step(person());
    await expect(register(again, { phone, code })).rejects.toMatchObject({ code: 'code-not-accepted' });
  });

  it('is written to for nobody without a challenge', async () => {
    const phone = number();
    const made = { challenge: 'A'.repeat(43), phone, ip: ORIGIN.ip };
    await expect(requestSocialCode(fixture.parts, made)).rejects.toMatchObject({ code: 'social-login-refused' });
    await fixture.runJobs();
    expect(await fixture.messagesTo(phone)).toEqual([]);
  });
});

describe('a sign-up by a provider', () => {
  it('makes one account of many at once with one challenge, and of one identity with two', async () => {
    const who = person({ phone: { number: number(), verified: true } });
    const [first, second] = [
      await fixture.step(who),
      await fixture.step({ ...who, phone: { number: number(), verified: true } }),
    ];
    const outcomes = await Promise.allSettled([first, first, first, second, second].map((step) => register(step)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(
      await fixture.sql('select 1 from identity.social_identities where subject = $1', [who.subject]),
    ).toHaveLength(1);
  });

  it('of two with one number, lets one have it', async () => {
    const phone = { number: number(), verified: true };
    const steps = [await fixture.step(person({ phone })), await fixture.step(person({ phone }))];
    const outcomes = await Promise.allSettled(steps.map((step) => register(step)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('gives an account without a password: none is right', async () => {
    const email = `nopassword-${(made += 1)}@social.example`;
    const who = person({ email: { address: email, verified: true }, phone: { number: number(), verified: true } });
    await register(await fixture.step(who));
    for (const password of [PASSWORD, '', 'none']) {
      await expect(createSession(fixture.parts, { ...ORIGIN, email, password })).rejects.toMatchObject({ status: 401 });
    }
  });

  it('cannot be made of a challenge that somebody got for linking', async () => {
    const userId = await fixture.createUser({ phone: number() });
    const step = await fixture.step(person({ phone: { number: number(), verified: true } }), { userId });
    expect(step.step).toBe('link');
    await expect(register(step)).rejects.toMatchObject({ code: 'social-login-refused' });
    const { challenge } = step;
    const asking = { challenge, phone: number(), ip: ORIGIN.ip };
    await expect(requestSocialCode(fixture.parts, asking)).rejects.toMatchObject({ code: 'social-login-refused' });
  });
});

describe('linking', () => {
  it('adds a way in, and gives an account without a number the verified one', async () => {
    const phone = number();
    const userId = await fixture.createUser({ email: `link-${(made += 1)}@social.example` });
    const who = person({ phone: { number: phone, verified: true } });
    const { challenge } = await fixture.step(who, { userId });
    const { id } = await createSocialIdentity(fixture.parts, { userId, challenge });
    expect(await getSocialIdentity(fixture.parts, { userId, identityId: id })).toMatchObject({
      provider: 'trusted',
      usedAt: null,
    });
    expect(await verifications(userId)).toMatchObject([{ phone }]);
    expect(await fixture.logIn(who)).toMatchObject({ account: { id: userId, phone } });
    await expect(createSocialIdentity(fixture.parts, { userId, challenge })).rejects.toMatchObject({
      code: 'challenge-not-accepted',
    });
  });

  it('takes the number of nobody: an account that has it keeps it', async () => {
    const phone = number();
    const [owner, userId] = [
      await fixture.createUser({ phone }),
      await fixture.createUser({ email: `late-${(made += 1)}@social.example` }),
    ];
    const { challenge } = await fixture.step(person({ phone: { number: phone, verified: true } }), { userId });
    await createSocialIdentity(fixture.parts, { userId, challenge });
    expect(await fixture.sql('select id from identity.users where phone = $1', [phone])).toEqual([{ id: owner }]);
  });

  it('is for the account that began it', async () => {
    const [userId, stranger] = [
      await fixture.createUser({ phone: number() }),
      await fixture.createUser({ phone: number() }),
    ];
    const { challenge } = await fixture.step(person(), { userId });
    await expect(createSocialIdentity(fixture.parts, { userId: stranger, challenge })).rejects.toMatchObject({
      code: 'challenge-not-accepted',
    });
    await createSocialIdentity(fixture.parts, { userId, challenge });
  });

  it('of one identity to two accounts at once, succeeds once', async () => {
    const who = person();
    const users = [await fixture.createUser({ phone: number() }), await fixture.createUser({ phone: number() })];
    const steps = await Promise.all(users.map((userId) => fixture.step(who, { userId })));
    const outcomes = await Promise.allSettled(
      users.map((userId, at) => createSocialIdentity(fixture.parts, { userId, challenge: steps[at]?.challenge ?? '' })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [refused] = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject({ reason: { constraint: 'social_identities_one_owner' } });
  });

  it('stands in the export of what is known about a person', async () => {
    const who = person();
    const userId = await fixture.createUser({ phone: number() });
    const { challenge } = await fixture.step(who, { userId });
    await createSocialIdentity(fixture.parts, { userId, challenge });
    const section = createPersonalData(fixture.test.database).find(({ name }) => name === 'social-identities');
    const records: unknown[] = [];
    for await (const some of section?.read(userId) ?? []) records.push(...some);
    expect(records).toEqual([
      expect.objectContaining({ provider: 'trusted', issuer: 'https://trusted.example', subject: who.subject }),
    ]);
  });

  it('refuses a second identity of one provider', async () => {
    const userId = await fixture.createUser({ phone: number() });
    for (const constraint of [undefined, 'social_identities_one_per_issuer']) {
      const { challenge } = await fixture.step(person(), { userId });
      const linking = createSocialIdentity(fixture.parts, { userId, challenge });
      if (constraint === undefined) await linking;
      else await expect(linking).rejects.toMatchObject({ constraint });
    }
  });
});

describe('unlinking', () => {
  async function linked(phone: string | undefined, providers: readonly ('trusted' | 'doubted')[]) {
    const userId = await fixture.createUser(phone === undefined ? {} : { phone });
    for (const provider of providers) {
      const { challenge } = await fixture.step(person(), { userId, provider });
      await createSocialIdentity(fixture.parts, { userId, challenge });
    }
    return { userId, ids: (await getSocialIdentities(fixture.parts, { userId })).map(({ id }) => id) };
  }

  it('takes a way in away, while another is left', async () => {
    const { userId, ids } = await linked(number(), ['trusted']);
    await deleteSocialIdentity(fixture.parts, { userId, identityId: ids[0] ?? '' });
    expect(await getSocialIdentities(fixture.parts, { userId })).toEqual([]);
    await expect(deleteSocialIdentity(fixture.parts, { userId, identityId: ids[0] ?? '' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('never takes the last way in, not even when two go at once', async () => {
    const { userId, ids } = await linked(undefined, ['trusted', 'doubted']);
    const outcomes = await Promise.allSettled(
      ids.map((identityId) => deleteSocialIdentity(fixture.parts, { userId, identityId })),
    );
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'last-way-in' } });
    expect(await getSocialIdentities(fixture.parts, { userId })).toHaveLength(1);
  });

  it("does not touch another account's", async () => {
    const { ids } = await linked(number(), ['trusted']);
    const stranger = await fixture.createUser({ phone: number() });
    await expect(
      deleteSocialIdentity(fixture.parts, { userId: stranger, identityId: ids[0] ?? '' }),
    ).rejects.toMatchObject({ status: 404 });
  });

  it('while somebody logs in with it, either lets them in first or not at all', async () => {
    const who = person();
    const userId = await fixture.createUser({ phone: number() });
    const { challenge } = await fixture.step(who, { userId });
    const { id } = await createSocialIdentity(fixture.parts, { userId, challenge });
    const way = await fixture.leave(who);
    const [login] = await Promise.allSettled([
      completeSocialLogin(fixture.parts, comeBack(way)),
      deleteSocialIdentity(fixture.parts, { userId, identityId: id }),
    ]);
    if (login.status === 'rejected') expect(login.reason).toMatchObject({ code: 'social-login-refused' });
    else expect('step' in login.value ? login.value.step : 'in').toMatch(/^(in|registration)$/);
  });
});
