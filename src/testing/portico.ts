import { expect } from '@jest/globals';
import { compose } from '../compose.ts';
import type { ComposeOptions, Portico } from '../compose.ts';
import { readConfig } from '../config.ts';
import { scopesOf } from '../contexts/identity/role.ts';
import type { Role } from '../contexts/identity/role.ts';
import type { Database } from '../database/transaction.ts';
import { runDueJobs } from '../jobs/runner.ts';
import { newId } from '../shared/id.ts';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { openFront } from './front.ts';
import type { Front } from './front.ts';
import { request } from './http-server.ts';
import type { TestRequest } from './http-server.ts';
import { createTestLog } from './log.ts';
import type { TestLog } from './log.ts';
import { makeTestToken, testVerifier } from './token.ts';
import type { TestBearer } from './token.ts';

/** The whole Portico, served on a free port, on a database of its own. */
export interface TestPortico extends Pick<TestLog, 'lines' | 'logged'> {
  /** Where requests go: Portico itself, or what `PORTICO_TEST_FRONT` stands in front of it. */
  readonly url: string;
  /** Where sockets are opened that speak HTTP byte by byte. */
  readonly port: number;
  readonly portico: Portico;
  /** Runs as the application. */
  readonly database: Database;
  /** Runs as the owner: for looking where the application may not, and for setting scenes. */
  readonly owner: Database;
  readonly testDatabase: TestDatabase;
  /** @example await portico.request('POST', '/api/v1/bonus-campaigns', { token, body: { … } }) */
  request(method: string, path: string, init?: TestRequest): Promise<Response>;
  /**
   * A token for someone of this role, or for exactly this bearer. The user need not exist; an operation that looks the
   * account up will not find it then.
   */
  tokenFor(who: Role | (Partial<TestBearer> & { readonly role?: Role })): string;
  /** Logs in over the API. @returns the access token. */
  logIn(email: string, password: string): Promise<string>;
  /** Runs every job that is due, and those they enqueue, until none is left. */
  runJobs(): Promise<void>;
  close(): Promise<void>;
}

export interface TestPorticoOptions extends Partial<Pick<ComposeOptions, 'clock' | 'http'>> {
  /** Environment variables beside the ones that suit tests. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Run jobs all the time, as in production; otherwise `runJobs` runs them. */
  readonly jobs?: boolean;
}

/** For tests and nothing else. */
const secret = 'a secret that only tests may know, 32+';

/** Answers are checked against the contract and a breach fails the request; limits are too wide to be met by accident. */
export async function startPortico(options: TestPorticoOptions = {}): Promise<TestPortico> {
  const testDatabase = await createTestDatabase();
  const { log, lines, logged } = createTestLog();
  const { url: database } = testDatabase;
  const config = readConfig({
    DATABASE_URL: database,
    PORTICO_SECRET: secret,
    PORT: '0',
    BCRYPT_COST: '4',
    RATE_LIMIT_FACTOR: '1000',
    RESPONSE_VALIDATION: '1',
    STRICT_RESPONSES: 'true',
    DATABASE_POOL_SIZE: '10',
    DRAIN_SECONDS: '1',
    // What a test sends must leave at any hour.
    QUIET_HOURS: 'none',
    SOCIAL_PROVIDERS: 'sandbox',
    ...options.environment,
  });
  const portico = await compose({
    config,
    databases: { application: database, owner: database, reporting: database, secret },
    log,
    api: true,
    jobs: options.jobs ?? false,
    demo: true,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    http: (given) => {
      const suited = { ...given, verifier: testVerifier(given.verifier) };
      return options.http?.(suited) ?? suited;
    },
  });
  const front = await startOrStop(portico, testDatabase);
  const { url, port } = front;
  const send: TestPortico['request'] = (method, path, init = {}) => request(url, method, path, init);
  return {
    url,
    port,
    portico,
    lines,
    logged,
    database: testDatabase.database,
    owner: testDatabase.owner,
    testDatabase,
    request: send,
    tokenFor,
    async logIn(email, password) {
      const answer = await send('POST', '/api/v1/auth/login', { body: { email, password } });
      const body = (await answer.json()) as { token?: string };
      if (body.token === undefined) throw new Error(`${email} could not log in: ${JSON.stringify(body)}`);
      return body.token;
    },
    runJobs: () =>
      runDueJobs({
        pool: portico.pools.jobs,
        database: portico.pools.worker,
        bindings: portico.bindings,
        log,
        reportError: portico.reportError,
      }),
    async close() {
      await portico.stop();
      await front.close(lines.filter(({ message }) => message === 'request').map(({ requestId }) => String(requestId)));
      await testDatabase.close();
    },
  };
}

/** A start that fails leaves nothing open either. */
async function startOrStop(portico: Portico, testDatabase: TestDatabase): Promise<Front> {
  try {
    const { url } = await portico.start();
    if (url === null) throw new Error('The API was not started.');
    return await openFront({ target: url, test: expect.getState().testPath ?? '' });
  } catch (error) {
    await portico.stop();
    await testDatabase.close();
    throw error;
  }
}

const tokenFor: TestPortico['tokenFor'] = (who) => {
  const { role = 'user', ...bearer } = typeof who === 'string' ? { role: who } : who;
  return makeTestToken({
    userId: newId(),
    sessionId: newId(),
    roles: [role],
    scopes: [...scopesOf([role])],
    expiresAt: new Date(Date.now() + 600_000),
    ...bearer,
  });
};
