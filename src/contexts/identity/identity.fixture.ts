import { randomBytes } from 'node:crypto';
import { recordAudit } from '../../audit/record-audit.ts';
import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { Job, JobRun } from '../../jobs/queue.ts';
import { systemClock } from '../../shared/clock.ts';
import { createCursors } from '../../shared/cursor.ts';
import { newId } from '../../shared/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { testKeyRing } from '../../testing/key-ring.ts';
import type { MessageRequest } from '../notifications/index.ts';
import type { LoginOutcome } from './begin-login.ts';
import type { SessionTokens } from './begin-session.ts';
import type { IdentityDependencies, IdentityParts } from './dependencies.ts';
import { createPasswordGate } from './password-gate.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { createRevokedSessions } from './revoked-sessions.ts';
import { defaultSettings } from './settings.ts';
import type { IdentitySettings } from './settings.ts';
import type { Role } from './role.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createIdentityTasks } from './tasks.ts';
import { createPersonalData } from './personal-data.ts';
import { insertUser } from './user-store.ts';

export const PASSWORD = 'quiet rivers carry old songs';
/** Numbers of a country whose budget of messages is spent. */
export const SPENT_PREFIX = '+49';
export const ORIGIN = { ip: '203.0.113.7', device: undefined, signal: new AbortController().signal } as const;

/** Identity on a real database, with a queue and an outbox that are plain tables a test can look into. */
export interface IdentityFixture {
  readonly test: TestDatabase;
  readonly parts: IdentityParts;
  /** Runs what was enqueued, until nothing is left. */
  runJobs(): Promise<void>;
  /** Everything queued for an address so far, oldest first. */
  messagesTo(address: string): Promise<MessageRequest[]>;
  /** The code or token of the newest message to an address. */
  secretOf(address: string): Promise<string>;
  events(): Promise<unknown[]>;
  /** An account with proven identifiers and the password {@link PASSWORD}. */
  createUser(user: {
    readonly email?: string;
    readonly phone?: string;
    readonly roles?: readonly Role[];
  }): Promise<string>;
  /** Runs what an audited operation does, with its entry in the audit log. */
  audited<T>(userId: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Changes roles behind the use case's back. */
  setRoles(userId: string, roles: readonly Role[]): Promise<void>;
  /** Runs SQL as the owner: for scenes, and for looking where no use case does. */
  sql<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const tables = `
  create table public.test_jobs (n bigint generated always as identity, name text, payload jsonb);
  create table public.test_messages (n bigint generated always as identity, key text unique, body jsonb);
  create table public.test_events (n bigint generated always as identity, body jsonb);
  grant all on public.test_jobs, public.test_messages, public.test_events to portico_app`;

const addJob = statement('test.add_job', 'insert into public.test_jobs (name, payload) values ($1, $2)');
const takeJobs = statement<{ name: string; payload: never }>(
  'test.take_jobs',
  'with taken as (delete from public.test_jobs returning n, name, payload) select name, payload from taken order by n',
);
const addMessage = statement<{ n: number }>(
  'test.add_message',
  'insert into public.test_messages (key, body) values ($1, $2) on conflict do nothing returning n',
);
const setRolesStatement = statement('test.set_roles', 'update identity.users set roles = $2 where id = $1');
const addEvent = statement('test.add_event', 'insert into public.test_events (body) values ($1)');

const run: JobRun = { attempt: 1, maxAttempts: 8, signal: new AbortController().signal, correlationId: newId() };

/** @param given in place of what the fixture has */
export async function createIdentityFixture(
  settings: Partial<IdentitySettings> = {},
  given: Partial<IdentityDependencies> = {},
): Promise<IdentityFixture> {
  const test = await createTestDatabase();
  const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    test.owner.query(statement<Row>('', text), values);
  await sql(tables);
  const parts = createParts({ ...dependenciesOn(test, settings), ...given });
  await parts.signingKeys.load();
  const tasks = new Map(createIdentityTasks(parts).map(({ name, task }) => [name, task]));

  async function setRoles(userId: string, roles: readonly Role[]): Promise<void> {
    // The database demands an audit entry of whoever changes roles.
    await test.owner.transaction(async (tx) => {
      await tx.query(setRolesStatement, [userId, roles]);
      await recordAudit(tx, { action: 'roles-changed', resource: { type: 'user', id: userId } });
    });
  }

  async function messagesTo(address: string): Promise<MessageRequest[]> {
    const rows = await sql<{ body: MessageRequest }>('select body from public.test_messages order by n');
    return rows.map(({ body }) => body).filter((message) => message.address === address);
  }

  return {
    test,
    parts,
    sql,
    async runJobs() {
      for (let jobs = await test.database.query(takeJobs); jobs.length > 0;) {
        for (const { name, payload } of jobs) await tasks.get(name)?.(payload, run);
        jobs = await test.database.query(takeJobs);
      }
    },
    messagesTo,
    setRoles,
    audited: (userId, work) =>
      test.database.transaction(async (tx) => {
        const result = await work(tx);
        await recordAudit(tx, { action: 'tested', resource: { type: 'user', id: userId } });
        return result;
      }),
    async secretOf(address) {
      const secrets = (await messagesTo(address)).flatMap(({ text }) => /\b\d{6}\b|^[\w-]{43}$/m.exec(text)?.[0] ?? []);
      return secrets.at(-1) ?? '';
    },
    async events() {
      return (await sql<{ body: unknown }>('select body from public.test_events order by n')).map(({ body }) => body);
    },
    async createUser({ email = null, phone = null, roles = ['user'] }) {
      const id = newId();
      const password = await parts.hasher.hash(PASSWORD);
      await test.database.transaction((tx) =>
        insertUser(tx, { id, email, phone, gender: 'female', age: 29, ...password }),
      );
      await setRoles(id, roles);
      return id;
    },
    close: () => test.close(),
  };
}

/** The tokens of a log-in that needs no second factor. */
export async function sessionOf(outcome: Promise<LoginOutcome>): Promise<SessionTokens> {
  const begun = await outcome;
  if ('challenge' in begun) throw new Error('the log-in waits for a second factor');
  return begun;
}

/** What the composition would give, with cheap passwords. */
export function dependenciesOn(test: TestDatabase, settings: Partial<IdentitySettings> = {}): IdentityDependencies {
  return {
    database: test.database,
    workerDatabase: test.database,
    clock: systemClock,
    enqueue: async (tx, { name }: Job<object>, payload) => {
      await tx.query(addJob, [name, JSON.stringify(payload)]);
    },
    publish: async (tx, event, payload) => {
      await tx.query(addEvent, [JSON.stringify({ event, ...payload })]);
    },
    listen: () => Promise.resolve(),
    log: { warn: () => undefined },
    notifications: {
      async queueMessages(tx, requests) {
        let fresh = 0;
        for (const request of requests) {
          fresh += (await tx.query(addMessage, [request.dedupeKey, JSON.stringify(request)])).length;
        }
        return fresh;
      },
      hasSmsBudget: (_queryable, phone) => Promise.resolve(!phone.startsWith(SPENT_PREFIX)),
    },
    breachedPasswords: { name: 'none', find: () => Promise.resolve({ outcome: 'absent' }) },
    socialProviders: [],
    cursors: createCursors(randomBytes(32)),
    settings: { ...defaultSettings, issuer: 'http://portico.test', bcryptCost: 4, ...settings },
    codeSecret: Buffer.alloc(32, 1),
    exportSecret: Buffer.alloc(32, 3),
    personalData: () => createPersonalData(test.database),
    keyRing: testKeyRing(2),
  };
}

function createParts(dependencies: IdentityDependencies): IdentityParts {
  const { database, settings } = dependencies;
  return {
    ...dependencies,
    hasher: createPasswordHasher(createPasswordGate({ queue: 1000 }), settings.bcryptCost),
    signingKeys: createSigningKeys(dependencies),
    revokedSessions: createRevokedSessions(database, settings.accessTokenLifetime),
  };
}
