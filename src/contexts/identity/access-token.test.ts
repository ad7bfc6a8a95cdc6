import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { createAccessToken, verifyAccessToken } from './access-token.ts';
import { createIdentityFixture, dependenciesOn } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { replaceSigningKeys, rotateSigningKeys } from './rotate-signing-keys.ts';
import { createSigningKeys } from './signing-keys.ts';
import { testKeyRing } from '../../testing/key-ring.ts';

const bearer = { userId: 'u', sessionId: 's', roles: ['staff'] } as const;
let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const issue = (): string => createAccessToken(fixture.parts, bearer).token;
const verify = (token: string) => verifyAccessToken(fixture.parts, token);

describe('an access token', () => {
  it('tells who, which session, and what for', async () => {
    const { principal, expiresAt } = await verify(issue());
    expect(principal).toMatchObject({ userId: 'u', sessionId: 's', roles: ['staff'] });
    expect(principal.scopes).toContain('campaigns:write');
    expect(principal.scopes).not.toContain('users:read');
    expect(Math.abs(expiresAt.getTime() - Date.now() - 600_000)).toBeLessThan(5000);
  });

  it('is refused alike for every reason', async () => {
    const { kid, privateKey } = fixture.parts.signingKeys.current();
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const now = Math.floor(Date.now() / 1000);
    const claims = { sub: 'u', sid: 's', roles: [], scope: '', iss: 'http://portico.test', aud: 'portico-api' };
    const living = { ...claims, iat: now, exp: now + 60 };
    const sign = (payload: object, options: jwt.SignOptions = {}): string =>
      jwt.sign(payload, privateKey, { algorithm: 'ES256', keyid: kid, ...options });
    const [header = '', , signature = ''] = issue().split('.');
    const forged = Buffer.from(JSON.stringify({ ...living, roles: ['admin'] })).toString('base64url');
    const publicText = JSON.stringify(fixture.parts.signingKeys.list()[0]);
    expect(await verify(sign(living))).toBeDefined();
    const bad = [
      '',
      'not.a.token',
      jwt.sign(living, '', { algorithm: 'none', keyid: kid }),
      jwt.sign(living, publicText, { algorithm: 'HS256', keyid: kid }),
      jwt.sign(living, stranger, { algorithm: 'ES256', keyid: kid }),
      sign(living, { keyid: 'unknown' }),
      jwt.sign(living, stranger, { algorithm: 'ES256' }),
      sign({ ...living, aud: 'another-api' }),
      sign({ ...living, iss: 'http://elsewhere.test' }),
      sign({ ...living, exp: now - 1 }),
      sign({ ...living, sid: undefined }),
      sign({ ...claims, iat: now }),
      `${header}.${forged}.${signature}`,
    ];
    const answers = new Set<string>();
    for (const token of bad) {
      const refusal: unknown = await verify(token).catch((error: unknown) => error);
      const { code, status, detail, headers } = refusal as Record<string, unknown>;
      answers.add(JSON.stringify({ code, status, detail, headers }));
    }
    expect([...answers]).toHaveLength(1);
    expect([...answers][0]).toContain('"status":401');
  });
});

describe('rotating the signing keys', () => {
  it('signs with the announced key, and still accepts what the old one signed', async () => {
    const before = issue();
    const announced = fixture.parts.signingKeys.list().map(({ kid }) => kid);
    const kid = await rotateSigningKeys(fixture.parts, { olderThan: 0 });
    expect(announced).toContain(kid);
    await fixture.parts.signingKeys.load();
    expect(fixture.parts.signingKeys.current().kid).toBe(kid);
    expect(fixture.parts.signingKeys.list()).toHaveLength(3);
    await expect(verify(before)).resolves.toBeDefined();
    await expect(verify(issue())).resolves.toBeDefined();
  });

  it('forgets the old key when nothing it signed can live', async () => {
    const before = issue();
    await rotateSigningKeys(fixture.parts, { olderThan: 0 });
    await fixture.sql(`update identity.signing_keys set retired_at = retired_at - interval '2 hours'
      where state = 'retired'`);
    await fixture.parts.signingKeys.load();
    await expect(verify(before)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(verify(issue())).resolves.toBeDefined();
  });

  it('waits for the age that is asked for, and keeps one current and one next key for 10 at once', async () => {
    await expect(rotateSigningKeys(fixture.parts, { olderThan: 3600 })).resolves.toBeUndefined();
    await Promise.all(Array.from({ length: 10 }, () => rotateSigningKeys(fixture.parts, { olderThan: 0 })));
    const states = await fixture.sql<{ state: string; n: number }>(
      `select state, count(*) as n from identity.signing_keys where state <> 'retired' group by state order by state`,
    );
    expect(states).toEqual([
      { state: 'current', n: 1 },
      { state: 'next', n: 1 },
    ]);
  });

  it('is learnt by another process from the first token it does not know', async () => {
    const other = createSigningKeys(dependenciesOn(fixture.test));
    await other.load();
    await rotateSigningKeys(fixture.parts, { olderThan: 0 });
    await rotateSigningKeys(fixture.parts, { olderThan: 0 });
    await fixture.parts.signingKeys.load();
    const { kid } = fixture.parts.signingKeys.current();
    // Unknown kids are everybody's to send, so only one look in some seconds is spent on them.
    expect(await other.find(kid)).toBeUndefined();
    await other.load();
    expect(await other.find(kid)).toBeDefined();
  });

  it('starts with one set of keys however many processes start at once', async () => {
    await fixture.sql('delete from identity.signing_keys');
    const processes = Array.from({ length: 5 }, () => createSigningKeys(dependenciesOn(fixture.test)));
    await Promise.all(processes.map((keys) => keys.load()));
    expect(new Set(processes.map((keys) => keys.current().kid)).size).toBe(1);
    await fixture.sql('delete from identity.signing_keys');
    await expect(rotateSigningKeys(fixture.parts, { olderThan: 0 })).resolves.toBeDefined();
  });

  it('replaces a key that has become known: what it signed is worth nothing from then on', async () => {
    await fixture.parts.signingKeys.load();
    const before = issue();
    const kid = await replaceSigningKeys(fixture.parts);
    await fixture.parts.signingKeys.load();
    expect(fixture.parts.signingKeys.current().kid).toBe(kid);
    expect(fixture.parts.signingKeys.list()).toHaveLength(2);
    await expect(verify(before)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('says plainly that the key of its keys is missing', async () => {
    const keys = createSigningKeys({ ...dependenciesOn(fixture.test), keyRing: testKeyRing(9) });
    await expect(keys.load()).rejects.toThrow('sealed under a key that is neither');
  });
});
