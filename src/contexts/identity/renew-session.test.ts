import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditEntriesOf } from '../../testing/audit.ts';
import type { SessionTokens } from './begin-session.ts';
import { createSession } from './create-session.ts';
import { deleteCurrentSession } from './delete-session.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, sessionOf } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { renewSession } from './renew-session.ts';
import { updatePassword } from './update-password.ts';

let fixture: IdentityFixture;
let userId: string;

beforeAll(async () => {
  fixture = await createIdentityFixture();
  userId = await fixture.createUser({ email: 'sara@example.com' });
});
afterAll(() => fixture.close());

const logIn = (): Promise<SessionTokens> =>
  sessionOf(createSession(fixture.parts, { email: 'sara@example.com', password: PASSWORD, ...ORIGIN }));
const renew = ({ refreshToken }: { readonly refreshToken: string }): Promise<SessionTokens> =>
  renewSession(fixture.parts, { refreshToken, signal: ORIGIN.signal });
const ended = expect.objectContaining({ code: 'session-ended', status: 401 });
const endGrace = (): Promise<unknown[]> =>
  fixture.sql(`update identity.refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null`);

describe('renewing a session', () => {
  it('rotates once for 20 at once, and gives all of them the same successor', async () => {
    const first = await logIn();
    const renewed = await Promise.all(Array.from({ length: 20 }, () => renew(first)));
    expect(new Set(renewed.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    const [session] = await fixture.sql<{ gen: number }>('select gen from identity.sessions where id = $1', [
      first.sessionId,
    ]);
    expect(session?.gen).toBe(2);
    await expect(renew(renewed[0] ?? first)).resolves.toMatchObject({ sessionId: first.sessionId });
  });

  it('repeats a lost answer within the grace, and goes on from it', async () => {
    const first = await logIn();
    const lost = await renew(first);
    const repeated = await renew(first);
    expect(repeated.refreshToken).toBe(lost.refreshToken);
    await expect(renew(repeated)).resolves.toBeDefined();
  });

  it('ends the session for the last token after the grace, the newest token included', async () => {
    const first = await logIn();
    const second = await renew(first);
    await endGrace();
    await expect(renew(first)).rejects.toEqual(ended);
    await expect(renew(second)).rejects.toEqual(ended);
    await expect(renew(second)).rejects.toEqual(ended);
    expect(fixture.parts.revokedSessions.has(first.sessionId)).toBe(true);
    const refused = (await auditEntriesOf(fixture.test.owner, userId)).filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ action }) => action)).toEqual(['refresh-token-reused']);
  });

  it('ends the session for an older generation, even within the grace', async () => {
    const first = await logIn();
    const third = await renew(await renew(first));
    await expect(renew(first)).rejects.toEqual(ended);
    await expect(renew(third)).rejects.toEqual(ended);
  });

  it.each([
    ['logging out', (tokens: SessionTokens) => deleteCurrentSession(fixture.parts, { userId, ...tokens })],
    ['absolute expiry', ({ sessionId }: SessionTokens) => expire(sessionId, 'absolute_expires_at')],
    ['idle expiry', ({ sessionId }: SessionTokens) => expire(sessionId, 'idle_expires_at')],
  ])('lets %s win over the grace', async (_name, end) => {
    const first = await logIn();
    const second = await renew(first);
    await end(second);
    await expect(renew(first)).rejects.toEqual(ended);
    await expect(renew(second)).rejects.toEqual(ended);
  });

  it('ends the others when the password changes, and keeps the one that changed it', async () => {
    const here = await logIn();
    const there = await logIn();
    const newPassword = 'a quite different sentence';
    await updatePassword(fixture.parts, {
      ...ORIGIN,
      userId,
      sessionId: here.sessionId,
      currentPassword: PASSWORD,
      newPassword,
    });
    await expect(renew(there)).rejects.toEqual(ended);
    await expect(renew(here)).resolves.toBeDefined();
    await expect(logIn()).rejects.toMatchObject({ code: 'invalid-credentials' });
    await fixture.sql('delete from identity.login_throttles');
  });

  it('knows no token but those it gave out, and stores none of them', async () => {
    await expect(renew({ refreshToken: 'A'.repeat(43) })).rejects.toEqual(ended);
    const stored = await fixture.sql<{ token_hash: Buffer }>('select token_hash from identity.refresh_tokens limit 3');
    expect(stored.every(({ token_hash: hash }) => hash.length === 32)).toBe(true);
  });
});

function expire(sessionId: string, column: string): Promise<unknown[]> {
  return fixture.sql(`update identity.sessions set ${column} = clock_timestamp() where id = $1`, [sessionId]);
}
