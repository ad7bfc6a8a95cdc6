import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unavailable } from '../../shared/platform-problems.ts';
import { createSession } from './create-session.ts';
import { createIdentityFixture, ORIGIN, PASSWORD } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { createPasswordGate } from './password-gate.ts';
import { createPasswordHasher } from './password-hasher.ts';

let fixture: IdentityFixture;
let accounts = 0;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

async function newEmail(): Promise<string> {
  const email = `person-${(accounts += 1)}@example.com`;
  await fixture.createUser({ email });
  return email;
}

const logIn = (email: string, password = PASSWORD, ip: string = ORIGIN.ip, parts = fixture.parts) =>
  createSession(parts, { ...ORIGIN, email, password, ip });
const wrong = expect.objectContaining({ code: 'invalid-credentials', status: 401 });
const tooMany = expect.objectContaining({ code: 'too-many-requests', status: 429 });

describe('logging in', () => {
  it('slows down guessing from one network, and leaves the owner elsewhere alone', async () => {
    const email = await newEmail();
    for (let tries = 0; tries < 11; tries += 1) await expect(logIn(email, 'wrong')).rejects.toEqual(wrong);
    await expect(logIn(email, 'wrong')).rejects.toEqual(tooMany);
    await expect(logIn(email, PASSWORD, '203.0.113.200')).rejects.toEqual(tooMany);
    await expect(logIn(email, PASSWORD, '198.51.100.1')).resolves.toBeDefined();
  });

  it('judges few of 100 wrong passwords at once, known or not', async () => {
    for (const email of [await newEmail(), 'stranger@example.com']) {
      const results = await Promise.allSettled(Array.from({ length: 100 }, () => logIn(email, 'wrong')));
      const judged = results.filter((result) => result.status === 'rejected' && wrong.asymmetricMatch(result.reason));
      expect(judged).toHaveLength(11);
    }
  });

  it('waits longer each time, and forgets by the right password', async () => {
    const email = await newEmail();
    const unblock = () => fixture.sql(`update identity.login_throttles set blocked_until = clock_timestamp()`);
    const waits: number[] = [];
    for (let tries = 0; tries < 14; tries += 1) {
      await expect(logIn(email, 'wrong')).rejects.toEqual(wrong);
      const [wait] = await fixture.sql<{ seconds: number }>(
        `select round(extract(epoch from blocked_until - last_at))::int as seconds from identity.login_throttles
         order by last_at desc limit 1`,
      );
      waits.push(wait?.seconds ?? -1);
      await unblock();
    }
    expect(waits.slice(9)).toEqual([0, 1, 2, 4, 8]);
    await expect(logIn(email)).resolves.toBeDefined();
    await expect(logIn(email, 'wrong')).rejects.toEqual(wrong);
  });

  it('does not count a try that was turned away unjudged', async () => {
    const email = await newEmail();
    const hasher = { ...fixture.parts.hasher, verify: () => Promise.reject(unavailable(1)) };
    for (let tries = 0; tries < 30; tries += 1) {
      const turnedAway = logIn(email, PASSWORD, ORIGIN.ip, { ...fixture.parts, hasher });
      await expect(turnedAway).rejects.toMatchObject({ status: 503 });
    }
    await expect(logIn(email)).resolves.toBeDefined();
  });

  it('hashes the password anew when the cost has changed, unless hashing is busy', async () => {
    const email = await newEmail();
    const dearer = createPasswordHasher(createPasswordGate(), 5);
    const schemeOf = async () =>
      (
        await fixture.sql<{ password_scheme: string }>('select password_scheme from identity.users where email = $1', [
          email,
        ])
      )[0]?.password_scheme;
    const busy = { ...dearer, hash: () => Promise.reject(unavailable(1)) };
    await logIn(email, PASSWORD, ORIGIN.ip, { ...fixture.parts, hasher: busy });
    expect(await schemeOf()).toBe('bcrypt-nfc-4');
    await logIn(email, PASSWORD, ORIGIN.ip, { ...fixture.parts, hasher: dearer });
    expect(await schemeOf()).toBe('bcrypt-nfc-5');
    await expect(logIn(email, PASSWORD, ORIGIN.ip, { ...fixture.parts, hasher: dearer })).resolves.toBeDefined();
  });
});
