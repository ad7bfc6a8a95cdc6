import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database, Queryable } from '../../database/transaction.ts';
import type { JobRun } from '../../jobs/queue.ts';
import { newId } from '../../shared/id.ts';
import { completePasswordReset } from './complete-password-reset.ts';
import { createCodeSession } from './create-code-session.ts';
import { createDataExport } from './create-data-export.ts';
import { createRegistration } from './create-registration.ts';
import { requestDeletion } from './deletion-store.ts';
import { createIdentityFixture, ORIGIN, PASSWORD } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { createIdentityTasks, identitySchedule } from './tasks.ts';
import { updateProfile } from './update-profile.ts';
import { verifyEmail } from './verify-email.ts';

let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
});
afterAll(() => fixture.close());

const run: JobRun = { attempt: 1, maxAttempts: 8, signal: ORIGIN.signal, correlationId: newId() };
const email = (name: string): string => `${name}-${newId()}@example.com`;
const phone = '+989127770001';

interface Scene {
  readonly payload: object;
  /** Where its message goes. */
  readonly address?: string;
  /** What the work is good for, once it is done. */
  readonly works?: () => Promise<unknown>;
}

const about = { gender: 'female', age: 29, password: PASSWORD, signal: ORIGIN.signal } as const;
const secret = (address: string): Promise<string> => fixture.secretOf(address);
const onlyJob = async (): Promise<object> => {
  const [job] = await fixture.sql<{ payload: object }>(
    'with taken as (delete from public.test_jobs returning payload) select payload from taken',
  );
  return job?.payload ?? {};
};

/** For every task a scene in which it has something to do. */
const scenes: Record<string, () => Promise<Scene>> = {
  async sendRegistrationMail() {
    const address = email('new');
    await createRegistration(fixture.parts, { ...about, email: address });
    const works = async () => verifyEmail(fixture.parts, { token: await secret(address) });
    return { payload: await onlyJob(), address, works };
  },
  async sendEmailChangeMail() {
    const [present, address] = [email('present'), email('wanted')];
    const userId = await fixture.createUser({ email: present });
    await updateProfile(fixture.parts, { userId, email: address, gender: 'female', age: 29, ifMatch: undefined });
    const works = async () => verifyEmail(fixture.parts, { token: await secret(address) });
    return { payload: await onlyJob(), address, works };
  },
  async sendPasswordResetMail() {
    const address = email('forgetful');
    await fixture.createUser({ email: address });
    const reset = { newPassword: 'a quite different sentence', signal: ORIGIN.signal };
    const works = async () => completePasswordReset(fixture.parts, { ...reset, token: await secret(address) });
    return { payload: { requestId: newId(), email: address }, address, works };
  },
  async sendOneTimeCode() {
    await fixture.createUser({ phone });
    const works = async () => createCodeSession(fixture.parts, { ...ORIGIN, phone, code: await secret(phone) });
    return { payload: { requestId: newId(), purpose: 'login', phone }, address: phone, works };
  },
  async collectDataExport() {
    const address = email('curious');
    const userId = await fixture.createUser({ email: address });
    const { id: exportId } = await createDataExport(fixture.parts, { userId });
    await onlyJob();
    return { payload: { exportId }, address };
  },
  async eraseDueAccounts() {
    const address = email('leaving');
    const userId = await fixture.createUser({ email: address });
    await fixture.audited(userId, (tx) => requestDeletion(tx, userId, 0));
    const works = async () => {
      const events = (await fixture.events()) as { event: string; userId: string }[];
      expect(events.filter((event) => event.userId === userId)).toHaveLength(1);
    };
    return { payload: {}, address, works };
  },
  deleteExpiredIdentity: () => Promise.resolve({ payload: {} }),
  async rotateSigningKeys() {
    await fixture.sql(`update identity.signing_keys set activated_at = activated_at - interval '31 days'`);
    return { payload: {} };
  },
};

/** The database of a process that dies before its n-th statement, or, for the last one, before it can commit. */
function dyingAt(n: number, database: Database): { readonly database: Database; readonly died: () => boolean } {
  let left = n;
  let died = false;
  const step = (): void => {
    left -= 1;
    if (left > 0) return;
    died = true;
    throw new Error('the process died');
  };
  const dying: Queryable['query'] = async (statement, values) => {
    step();
    return database.query(statement, values);
  };
  return {
    died: () => died,
    database: {
      ...database,
      query: dying,
      transaction: (work, options) =>
        database.transaction(async (tx) => {
          const mortal = {
            ...tx,
            query: (async (statement, values) => {
              step();
              return tx.query(statement, values);
            }) as Queryable['query'],
          };
          const result = await work(mortal);
          step();
          return result;
        }, options),
    },
  };
}

describe('every task of identity', () => {
  it('has a scene here, and every scheduled job a task', () => {
    const tasks = createIdentityTasks(fixture.parts).map(({ name }) => name);
    expect(Object.keys(scenes).sort()).toEqual([...tasks].sort());
    for (const { job } of identitySchedule) expect(tasks).toContain(job.name);
  });

  it.each(Object.keys(scenes))('%s dies after any step and is done by the next run, once', async (name) => {
    const { payload, address, works } = (await scenes[name]?.()) ?? { payload: {} };
    const runOn = async (database: Database): Promise<void> => {
      const task = createIdentityTasks({ ...fixture.parts, database }).find((binding) => binding.name === name);
      await task?.task(payload as never, run);
    };
    let deaths = 0;
    for (let n = 1; ; n += 1) {
      const { database, died } = dyingAt(n, fixture.parts.database);
      await runOn(database).catch((error: unknown) => {
        if (!died()) throw error;
      });
      if (!died()) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(0);
    await runOn(fixture.parts.database);
    if (address !== undefined) expect(await fixture.messagesTo(address)).toHaveLength(1);
    await works?.();
  });

  it('leaves one current and one next key, whatever died', async () => {
    const states = await fixture.sql<{ state: string }>(
      `select state from identity.signing_keys where state <> 'retired' order by state`,
    );
    expect(states).toEqual([{ state: 'current' }, { state: 'next' }]);
  });
});
