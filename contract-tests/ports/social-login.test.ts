import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { usualLoginGuards, withLoginGuards } from '../../adapters/login-guards.ts';
import { createFacebookLogin } from '../../adapters/social-login/facebook.ts';
import { createGoogleLogin, PHONE_SCOPE } from '../../adapters/social-login/google.ts';
import { createOidcLogin } from '../../adapters/social-login/oidc.ts';
import { createSandboxLogin } from '../../adapters/social-login/sandbox.ts';
import { createTelegramLogin } from '../../adapters/social-login/telegram.ts';
import { createVkLogin } from '../../adapters/social-login/vk.ts';
import type { SocialLoginProvider, SocialPerson } from '../../src/ports/social-login.ts';
import { createFacebookWire } from './facebook-wire.ts';
import { CLIENT_ID, CLIENT_SECRET, startLoginSimulator, SUBJECT } from './login-simulator.ts';
import type { LoginSimulator, LoginTrouble, Wire } from './login-simulator.ts';
import { createOidcWire } from './oidc-wire.ts';
import type { Forgery, OidcWire } from './oidc-wire.ts';
import { followOnce, testSocialLogin, walk } from './social-login.suite.ts';
import type { LoginHarness } from './social-login.suite.ts';
import { createVkWire } from './vk-wire.ts';

const client = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
const email = { address: 'sara@gmail.com', verified: true };

let simulator: LoginSimulator;
afterEach(() => simulator.close());

/** A provider over a simulator that is started anew for each test. */
function over<W extends Wire>(
  makeWire: () => W,
  create: (origin: string) => SocialLoginProvider,
  person: Omit<SocialPerson, 'subject' | 'issuer'> & { readonly issuer?: string },
): () => LoginHarness & { readonly wire: W } {
  let harness: LoginHarness & { readonly wire: W };
  beforeEach(async () => {
    const wire = makeWire();
    simulator = await startLoginSimulator(wire);
    const { origin } = simulator;
    harness = {
      ...{ wire, provider: create(origin), agree: followOnce, secrets: [CLIENT_SECRET] },
      person: { issuer: origin, subject: SUBJECT, ...person },
    };
  });
  return () => harness;
}

/** What every provider that is asked over HTTP must do when it cannot be asked. */
function testTroubles(harness: () => LoginHarness): void {
  test.each<LoginTrouble>(['fail', 'not-json', 'refuse-connections', 'wrong-client'])(
    '%s is unavailable',
    async (trouble) => {
      const { answer } = await walk(harness());
      simulator.trouble = trouble;
      expect((await harness().provider.identify(answer)).outcome).toBe('unavailable');
    },
  );

  test('silence is unavailable when the time is up', async () => {
    const { answer } = await walk(harness());
    simulator.trouble = 'fall-silent';
    const guards = { ...usualLoginGuards, timeoutMilliseconds: 200, dependency: 'test' };
    const guarded = withLoginGuards(harness().provider, guards);
    expect(await guarded.identify(answer)).toMatchObject({ outcome: 'unavailable', detail: 'no answer in time' });
  });
}

const googlePaths = { authorize: '/o/oauth2/v2/auth', token: '/token', jwks: '/oauth2/v3/certs' };
const googleWire = (): OidcWire =>
  Object.assign(createOidcWire(googlePaths), {
    claims: { email: 'sara@gmail.com', email_verified: true },
    userInfo: { email: 'sara@gmail.com', email_verified: true, name: 'Sara' },
  });

describe('Google', () => {
  const harness = over(googleWire, (origin) => createGoogleLogin({ ...client, issuer: origin }), { email });
  testSocialLogin(harness);
  testTroubles(harness);

  const identify = async (provider = harness().provider) => {
    const outcome = await provider.identify((await walk({ ...harness(), provider })).answer);
    return outcome.outcome === 'identified' ? outcome.person : outcome;
  };

  test.each([
    [{ email: 'sara@company.example', email_verified: true }, false],
    [{ email: 'sara@company.example', email_verified: true, hd: 'company.example' }, true],
    [{ email: 'sara@gmail.com', email_verified: false }, false],
    [{ email: 'sara@gmail.com', email_verified: 'true' }, false],
  ])('%j is a verified address: %s', async (claims, verified) => {
    Object.assign(harness().wire, { claims, userInfo: claims });
    expect(await identify()).toMatchObject({ email: { address: claims.email, verified } });
  });

  test('suggests the number of the profile, never as verified, when its scope was granted', async () => {
    harness().wire.phoneNumbers = [
      { value: '0901 000 0009', canonicalForm: '+989010000009' },
      { value: '0901 000 0001', canonicalForm: '+989010000001', metadata: { primary: true } },
    ];
    const { origin } = simulator;
    const scope = `openid email ${PHONE_SCOPE}`;
    const asking = createGoogleLogin({ ...client, issuer: origin, people: origin, scope });
    expect(await identify(asking)).toMatchObject({ phone: { number: '+989010000001', verified: false } });
    expect(await identify()).not.toHaveProperty('phone');
  });
});

describe('a provider of OpenID Connect', () => {
  const paths = { authorize: '/authorize', token: '/oauth/token', jwks: '/jwks' };
  const phone = { number: '+98 (901) 000-0001', verified: true };
  const create = (origin: string, phoneVerifiedClaim?: string) =>
    createOidcLogin({ ...client, name: 'acme', title: 'Acme', issuer: origin, phoneVerifiedClaim });
  const userInfo = { phone_number: phone.number, phone_number_verified: true };
  const wire = (): OidcWire => Object.assign(createOidcWire(paths), { userInfo });
  const harness = over(wire, create, { phone });
  testSocialLogin(harness);
  testTroubles(harness);

  test.each<Forgery>(['nonce', 'issuer', 'audience', 'azp', 'expired', 'key', 'unsigned', 'missing'])(
    'refuses an ID token with this wrong: %s',
    async (forgery) => {
      const { answer } = await walk(harness());
      harness().wire.forgery = forgery;
      expect((await harness().provider.identify(answer)).outcome).toBe('refused');
    },
  );

  test('refuses UserInfo about somebody else, and an answer of another issuer', async () => {
    const first = await walk(harness());
    harness().wire.userInfo = { ...userInfo, sub: 'somebody-else' };
    expect((await harness().provider.identify(first.answer)).outcome).toBe('refused');
    harness().wire.userInfo = userInfo;
    const { answer } = await walk(harness());
    const mixedUp = { ...answer, issuer: 'https://elsewhere.example' };
    expect((await harness().provider.identify(mixedUp)).outcome).toBe('refused');
  });

  test.each(['true', 1, undefined, null])('a number whose flag is %p is not verified', async (flag) => {
    harness().wire.userInfo = { phone_number: phone.number, phone_number_verified: flag };
    const outcome = await harness().provider.identify((await walk(harness())).answer);
    expect(outcome).toMatchObject({ person: { phone: { verified: false } } });
  });

  test('reads the flag under the name that the provider gives it', async () => {
    harness().wire.userInfo = { phone_number: phone.number, phone_verified: true };
    const provider = create(simulator.origin, 'phone_verified');
    const outcome = await provider.identify((await walk({ ...harness(), provider })).answer);
    expect(outcome).toMatchObject({ person: { phone: { verified: true } } });
  });

  test('is discovered again after it could not be', async () => {
    simulator.trouble = 'fail';
    const request = { state: 's', nonce: 'n', codeChallenge: 'c', redirectUri: 'https://app.example/back' };
    const provider = create(simulator.origin);
    expect((await provider.authorize(request)).outcome).toBe('unavailable');
    simulator.trouble = 'none';
    expect((await provider.authorize(request)).outcome).toBe('ready');
  });
});

describe('Telegram', () => {
  const paths = { authorize: '/auth', token: '/token', jwks: '/.well-known/jwks.json' };
  const phone = { number: '989010000001', verified: false };
  const wire = (): OidcWire =>
    Object.assign(createOidcWire(paths), {
      claims: { id: 987_654_321, name: 'Sara', phone_number: phone.number },
      userInfo: undefined,
    });
  const harness = over(wire, (origin) => createTelegramLogin({ ...client, issuer: origin }), {
    ...{ account: '987654321', phone },
  });
  testSocialLogin(harness);
  testTroubles(harness);
});

describe('VK ID', () => {
  const user = { phone: '79010000001', email: 'sara@vk.example', verified: true };
  const create = (origin: string) => createVkLogin({ clientId: CLIENT_ID, origin });
  const harness = over(() => createVkWire(user), create, {
    issuer: 'https://id.vk.com',
    email: { address: 'sara@vk.example', verified: false },
    phone: { number: '79010000001', verified: false },
  });
  testSocialLogin(harness);
  testTroubles(harness);

  test('demands the device that came back', async () => {
    const { answer } = await walk(harness());
    expect((await harness().provider.identify({ ...answer, deviceId: undefined })).outcome).toBe('refused');
    expect((await harness().provider.identify({ ...answer, deviceId: 'another' })).outcome).toBe('refused');
  });
});

describe('Facebook', () => {
  const create = (origin: string) => createFacebookLogin({ ...client, dialog: origin, graph: origin });
  const harness = over(() => createFacebookWire({ email: 'sara@facebook.example' }), create, {
    issuer: 'https://www.facebook.com',
    email: { address: 'sara@facebook.example', verified: false },
  });
  testSocialLogin(harness);
  testTroubles(harness);
});

describe('the sandbox', () => {
  let now = 0;
  let provider: SocialLoginProvider;
  beforeEach(async () => {
    simulator = await startLoginSimulator(createVkWire({}));
    now = 0;
    provider = createSandboxLogin({ secret: randomBytes(32), now: () => now });
  });
  const harness = (): LoginHarness => ({
    ...{ provider, agree: (url) => Promise.resolve(url), secrets: [] },
    person: {
      ...{ issuer: 'urn:portico:sandbox', subject: 'sara' },
      email: { address: 'sara@social.portico.example', verified: true },
      phone: { number: '+98 901 000 0001', verified: true },
    },
  });
  testSocialLogin(harness);

  test.each([
    ['omid', 'omid'],
    ['user@portico.example', 'user'],
    ['somebody new', 'somebody new'],
  ])('logs in whoever the hint names: %s', async (loginHint, subject) => {
    const hinted: SocialLoginProvider = {
      ...provider,
      authorize: (request) => provider.authorize({ ...request, loginHint }),
    };
    const outcome = await provider.identify((await walk({ ...harness(), provider: hinted })).answer);
    expect(outcome).toMatchObject({ outcome: 'identified', person: { subject } });
  });

  test('refuses a code after its minute, and one of another state', async () => {
    const late = await walk(harness());
    const other = await walk(harness());
    expect((await provider.identify({ ...other.answer, state: late.answer.state })).outcome).toBe('refused');
    now = 60_000;
    expect((await provider.identify(late.answer)).outcome).toBe('refused');
  });
});

describe('the guards', () => {
  test('stop asking a provider that fails, and ask again after a pause', async () => {
    simulator = await startLoginSimulator(createVkWire({}));
    let asked = 0;
    const failing: SocialLoginProvider = {
      ...{ name: 'failing', title: 'Failing' },
      authorize: () => Promise.resolve({ outcome: 'ready', url: '' }),
      identify: () => {
        asked += 1;
        return Promise.reject(new Error('a defect that names a-secret-token'));
      },
    };
    const seen: string[] = [];
    const guarded = withLoginGuards(failing, {
      ...{ ...usualLoginGuards, dependency: 'social-login:failing' },
      observer: { called: (_, outcome) => seen.push(outcome), circuitChanged: (_, state) => seen.push(state) },
    });
    const answer = { code: 'c', state: 's', nonce: 'n', codeVerifier: 'v', redirectUri: 'https://app.example/back' };
    for (let call = 0; call < 25; call += 1) {
      const outcome = await guarded.identify(answer);
      expect([outcome.outcome, JSON.stringify(outcome).includes('secret')]).toEqual(['unavailable', false]);
    }
    expect([asked, seen.filter((what) => what === 'open')]).toEqual([20, ['open']]);
  });
});
