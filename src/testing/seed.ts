import { compose } from '../compose.ts';
import { readConfig } from '../config.ts';
import { demoAccounts } from '../contexts/identity/index.ts';
import type { Role } from '../contexts/identity/role.ts';
import { createTestLog } from './log.ts';
import type { TestDatabase } from './database.ts';
import { request } from './http-server.ts';

/** What processes on a test's database are given. */
export const processSecret = 'a secret that only tests may know, 32+';

/** Gives the database the demo accounts and `people` with a verified phone and a wallet, for processes that a test starts. */
export async function seedAccounts({ url }: TestDatabase, people: number): Promise<void> {
  const portico = await compose({
    config: readConfig({ DATABASE_URL: url, PORTICO_SECRET: processSecret, BCRYPT_COST: '4' }),
    databases: { application: url, owner: url, reporting: url, secret: processSecret },
    log: createTestLog().log,
    api: false,
    jobs: false,
    demo: true,
    http: (options) => options,
  });
  try {
    await portico.database.transaction(async (tx) => {
      await portico.rewards.seedMembers(tx, await portico.identity.seedDemo(tx, { people }));
    });
  } finally {
    await portico.stop();
  }
}

/** Logs a demo account in at a process that hosts identity. @returns its tokens */
export async function logInAs(url: string, role: Role): Promise<{ readonly token: string; readonly userId: string }> {
  const account = demoAccounts.find((known) => known.role === role);
  const { email, password } = account ?? { email: '', password: '' };
  const answer = await request(url, 'POST', '/api/v1/auth/login', { body: { email, password } });
  const body = (await answer.json()) as { token?: string; userId?: string };
  if (body.token === undefined) throw new Error(`${email} could not log in: ${JSON.stringify(body)}`);
  return { token: body.token, userId: body.userId ?? '' };
}
