import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createListener } from '../../database/listen.ts';
import type { Listener } from '../../database/listen.ts';
import { createSession } from './create-session.ts';
import { deleteSession } from './delete-session.ts';
import { newId } from '../../shared/id.ts';
import { createIdentityFixture, dependenciesOn, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { createIdentity } from './index.ts';
import type { Identity } from './index.ts';
import { rotateSigningKeys } from './rotate-signing-keys.ts';

const email = 'sara@example.com';
let fixture: IdentityFixture;
let listener: Listener;
let other: Identity;
let userId: string;

/** The fixture is one process; `other` is another on the same database. */
beforeAll(async () => {
  fixture = await createIdentityFixture();
  userId = await fixture.createUser({ email });
  listener = createListener({ url: fixture.test.url, name: 'test listener' });
  other = createIdentity({ ...dependenciesOn(fixture.test), listen: listener.listen });
  await other.start();
});
afterAll(async () => {
  other.close();
  await listener.close();
  await fixture.close();
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

const logIn = () => sessionOf(createSession(fixture.parts, { ...ORIGIN, email, password: PASSWORD }));

describe('another process', () => {
  it('accepts a token that this one signed', async () => {
    const { accessToken, sessionId } = await logIn();
    const { principal } = await other.verifyAccessToken(accessToken);
    expect(principal).toMatchObject({ userId, sessionId, roles: ['user'] });
    expect(other.isSessionRevoked(sessionId)).toBe(false);
  });

  it('hears of a session that ends here', async () => {
    const { sessionId } = await logIn();
    await deleteSession(fixture.parts, { userId, sessionId });
    expect(fixture.parts.revokedSessions.has(sessionId)).toBe(true);
    await until(() => other.isSessionRevoked(sessionId));
  });

  it('knows the sessions that ended before it started', async () => {
    const { sessionId } = await logIn();
    await deleteSession(fixture.parts, { userId, sessionId });
    const late = createIdentity(dependenciesOn(fixture.test));
    await late.start();
    expect(late.isSessionRevoked(sessionId)).toBe(true);
    late.close();
  });

  it('hears of new signing keys', async () => {
    await rotateSigningKeys(fixture.parts, { olderThan: 0 });
    await rotateSigningKeys(fixture.parts, { olderThan: 0 });
    await fixture.parts.signingKeys.load();
    const { accessToken } = await logIn();
    await until(() =>
      other.verifyAccessToken(accessToken).then(
        () => true,
        () => false,
      ),
    );
  });

  it('reads roles anew for what only admins may', async () => {
    const { accessToken } = await logIn();
    const { principal } = await other.verifyAccessToken(accessToken);
    await fixture.createUser({ roles: ['admin'] });
    await fixture.setRoles(userId, ['user', 'admin']);
    expect((await other.refreshPrincipal(principal)).scopes).toContain('users:write');
    await fixture.setRoles(userId, ['user']);
    expect((await other.refreshPrincipal(principal)).scopes).not.toContain('users:write');
    expect([other.isPrivileged('users:write'), other.isPrivileged('campaigns:write')]).toEqual([true, false]);
    await expect(
      other.refreshPrincipal({ ...principal, kind: 'user', userId: newId(), sessionId: newId(), roles: [] }),
    ).rejects.toMatchObject({
      status: 401,
    });
  });
});
