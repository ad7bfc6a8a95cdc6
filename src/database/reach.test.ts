import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StartupError } from '../shared/startup-error.ts';
import { createTestDatabase } from '../testing/database.ts';
import type { TestDatabase } from '../testing/database.ts';
import { requireApplicationRole, requireReachable } from './reach.ts';

describe('Reaching PostgreSQL', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  async function sentence(change: (url: URL) => void): Promise<string> {
    const url = new URL(test.url);
    change(url);
    const error: unknown = await requireReachable(url.href, 'DATABASE_URL').then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartupError);
    return (error as StartupError).message;
  }

  it('is content with a server that answers', async () => {
    await requireReachable(test.url, 'DATABASE_URL');
  });

  it('names a refused password without repeating it', async () => {
    const said = await sentence((url) => (url.password = 'wrong-and-secret'));
    expect(said).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+ refuses the password of portico: correct DATABASE_URL\.$/);
  });

  it('names a database that is not there', async () => {
    expect(await sentence((url) => (url.pathname = '/nowhere'))).toMatch(
      /has no database "nowhere": create it with "createdb nowhere", or correct DATABASE_URL\.$/,
    );
  });

  it('says how to let a login become the application role, until it may', async () => {
    const login = `App ${randomBytes(4).toString('hex')}`;
    const url = new URL(test.url);
    url.username = login;
    url.password = 'secret';
    const run = (sql: string): Promise<unknown> => test.owner.transaction((tx) => tx.client.query(sql));
    await run(`create role "${login}" login password 'secret'`);
    await expect(requireApplicationRole(url.href, 'DATABASE_URL')).rejects.toThrow(
      `The login of DATABASE_URL may not become portico_app: let the owner of the schemas run: grant portico_app to "${login}"`,
    );
    await run(`grant portico_app to "${login}"`);
    await requireApplicationRole(url.href, 'DATABASE_URL');
    await run(`drop role "${login}"`);
  });

  it('names a host that is not known', async () => {
    expect(await sentence((url) => (url.hostname = 'postgres.invalid'))).toContain('postgres.invalid');
  });

  it.each(['127.0.0.1', 'localhost'])('names a port of %s where nothing listens', async (host) => {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await closed(server);
    expect(
      await sentence((url) => {
        url.hostname = host;
        url.port = String(port);
      }),
    ).toBe(`No PostgreSQL listens at ${host}:${port}: start it, or correct DATABASE_URL.`);
  });

  it('does not take something else for PostgreSQL', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    expect(await sentence((url) => (url.port = String((server.address() as AddressInfo).port)))).toContain(
      'does not answer',
    );
    await closed(server);
  });

  async function closed(server: Server): Promise<void> {
    server.close();
    await once(server, 'close');
  }
});
