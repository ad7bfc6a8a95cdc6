import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { demoAccounts } from './seed-demo.ts';

let portico: TestPortico;
let admin: string;

interface Client {
  readonly id: string;
  readonly secret: string;
  readonly secrets: readonly { readonly id: string; readonly hint: string; readonly lastUsedAt?: string }[];
}
interface Told {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

beforeAll(async () => {
  portico = await startPortico();
  const { database, identity } = portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 0 }));
  const account = demoAccounts.find(({ role }) => role === 'admin');
  admin = await portico.logIn(account?.email ?? '', account?.password ?? '');
});
afterAll(() => portico.close());

async function told(pending: Promise<Response>): Promise<Told> {
  const answer = await pending;
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? {} : (JSON.parse(text) as Told['body']),
  };
}

const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}, token = admin) =>
  told(portico.request(method, path, { token, headers, ...(body === undefined ? {} : { body }) }));

async function newClient(scopes = ['campaigns:read', 'imports:write']): Promise<Client> {
  const made = await call('POST', '/api/v1/clients', { name: 'Loyalty import', scopes, secretDays: 30 });
  expect(made.status).toBe(201);
  return made.body as unknown as Client;
}

const ask = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Told> =>
  told(
    portico.request('POST', '/api/v1/auth/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }).toString(),
    }),
  );
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const inForm = ({ id, secret }: Pick<Client, 'id' | 'secret'>) => ({ client_id: id, client_secret: secret });

describe('a token', () => {
  test('comes for credentials in the form or the header, with all scopes or those asked for', async () => {
    const client = await newClient();
    const whole = await ask(inForm(client));
    expect([whole.status, whole.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(whole.body).toEqual({
      ...{ access_token: expect.any(String), token_type: 'Bearer', expires_in: 600 },
      scope: 'campaigns:read imports:write',
    });
    const part = await ask({ scope: 'campaigns:read' }, basic(client.id, client.secret));
    expect(part.body).toMatchObject({ scope: 'campaigns:read' });
    expect((await ask({ ...inForm(client), scope: '' })).body).toMatchObject({ scope: 'campaigns:read imports:write' });
    const [secret] = (await call('GET', `/api/v1/clients/${client.id}`)).body['secrets'] as Client['secrets'];
    expect(secret).toMatchObject({ hint: client.secret.slice(0, 8), lastUsedAt: expect.any(String) });
  });

  test('is refused alike for an unknown client, a wrong secret, and a disabled client', async () => {
    const [client, disabled] = [await newClient(), await newClient()];
    const patch = { 'if-match': '*', 'content-type': 'application/merge-patch+json' };
    await call('PATCH', `/api/v1/clients/${disabled.id}`, { disabled: true }, patch);
    const answers = await Promise.all([
      ask({ client_id: '01939c2e-8c11-7a02-8d3e-5b1f0a9c7d44', client_secret: client.secret }),
      ask({ client_id: client.id, client_secret: disabled.secret }),
      ask(inForm(disabled)),
      ask({}, basic('nobody', 'nothing')),
      ask({}),
      ask({ client_id: disabled.id }, basic(client.id, client.secret)),
    ]);
    for (const { status, body, headers } of answers) {
      expect([status, body['code'], body['error']]).toEqual([401, 'invalid-client', 'invalid_client']);
      expect(headers.get('www-authenticate')).toBe('Basic realm="portico"');
    }
  });

  test('says what is wrong in the words of problems and of OAuth', async () => {
    const client = await newClient();
    const wrong = async (fields: Record<string, string>, headers = {}) => {
      const { status, body } = await ask({ ...inForm(client), ...fields }, headers);
      return [status, body['code'], body['error'], typeof body['error_description']];
    };
    expect(await wrong({ scope: 'users:read' })).toEqual([400, 'invalid-scope', 'invalid_scope', 'string']);
    expect(await wrong({ grant_type: 'password' })).toEqual([
      ...[400, 'validation-failed', 'unsupported_grant_type', 'string'],
    ]);
    expect(await wrong({ extra: '1' })).toEqual([400, 'validation-failed', 'invalid_request', 'string']);
    expect(await wrong({}, basic(client.id, client.secret))).toEqual([
      ...[400, 'malformed-request', 'invalid_request', 'string'],
    ]);
  });

  test('opens what its scopes allow, under its own name, and nothing about people', async () => {
    const client = await newClient(['campaigns:read', 'campaigns:write', 'users:read']);
    const token = (await ask(inForm(client))).body['access_token'] as string;
    const campaign = {
      ...{ name: 'By a program', coins: 5, periodPolicy: 'once', messageTemplate: 'You got {coins} coins.' },
      defaultRegion: 'IR',
    };
    const key = { 'idempotency-key': 'once' };
    const made = await call('POST', '/api/v1/bonus-campaigns', campaign, key, token);
    expect(made.status).toBe(201);
    const again = await call('POST', '/api/v1/bonus-campaigns', campaign, key, token);
    expect([again.body['id'], again.headers.get('idempotent-replayed')]).toEqual([made.body['id'], 'true']);
    const audit = await call('GET', `/api/v1/audit-entries?requestId=${made.headers.get('x-request-id')}`);
    expect(audit.body['items']).toEqual([
      expect.objectContaining({
        action: 'bonus-campaign-created',
        actor: expect.objectContaining({ type: 'client', id: client.id }),
      }),
    ]);
    const line = await portico.logged(made.headers.get('x-request-id') ?? '');
    expect(line).toMatchObject({ clientId: client.id, status: 201 });
    for (const path of ['/api/v1/auth/me', '/api/v1/wallet', '/api/v1/sessions']) {
      const refusal = await call('GET', path, undefined, {}, token);
      expect([refusal.status, refusal.body['code']]).toEqual([403, 'person-required']);
    }
    // A privileged scope is gone at once; the rest goes with the token.
    expect((await call('GET', '/api/v1/users', undefined, {}, token)).status).toBe(200);
    const patch = { 'if-match': '*', 'content-type': 'application/merge-patch+json' };
    await call('PATCH', `/api/v1/clients/${client.id}`, { scopes: ['campaigns:read'] }, patch);
    expect((await call('GET', '/api/v1/users', undefined, {}, token)).status).toBe(403);
    await call('PATCH', `/api/v1/clients/${client.id}`, { disabled: true }, patch);
    expect((await call('GET', '/api/v1/users', undefined, {}, token)).status).toBe(401);
    expect((await call('GET', '/api/v1/bonus-campaigns', undefined, {}, token)).status).toBe(200);
  });
});

describe('a secret', () => {
  test('is one of two while rotating, and worthless once deleted or expired', async () => {
    const client = await newClient();
    const path = `/api/v1/clients/${client.id}/secrets`;
    const added = await Promise.all(Array.from({ length: 5 }, () => call('POST', path, { secretDays: 1 })));
    expect(added.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    const secret = added.find(({ status }) => status === 201)?.body['secret'] as string;
    const works = async (text: string) => (await ask({ client_id: client.id, client_secret: text })).status === 200;
    expect([await works(client.secret), await works(secret)]).toEqual([true, true]);
    expect((await call('DELETE', `${path}/${client.secrets[0]?.id ?? ''}`)).status).toBe(204);
    expect([await works(client.secret), await works(secret)]).toEqual([false, true]);
    const { rows } = await portico.owner.transaction(async ({ client: connection }) =>
      connection.query<{ hash: Buffer }>(
        `update identity.client_secrets set expires_at = clock_timestamp() where client_id = $1 returning secret_hash as hash`,
        [client.id],
      ),
    );
    expect(rows.map(({ hash }) => hash.length)).toEqual([32]);
    expect(await works(secret)).toBe(false);
    // An expired one makes room.
    expect((await call('POST', path, { secretDays: 1 })).status).toBe(201);
  });

  test('is shown once, to nobody but its maker', async () => {
    const client = await newClient();
    const read = await call('GET', `/api/v1/clients/${client.id}`);
    expect(JSON.stringify(read.body)).not.toContain(client.secret);
    expect(client.secret).toMatch(/^ptc_[\w-]{43}$/);
  });
});
