import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { checkCode } from './check-code.ts';
import { completePhonePasswordReset } from './complete-phone-password-reset.ts';
import { createCodeSession } from './create-code-session.ts';
import { createSession } from './create-session.ts';
import { createIdentityFixture, ORIGIN, PASSWORD, SPENT_PREFIX } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { sendOneTimeCodeJob } from './jobs.ts';
import { createCode } from './one-time-code.ts';
import type { CodePurpose } from './one-time-code.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { sendOneTimeCode } from './send-one-time-code.ts';

const phone = '+989121110001';
const email = 'owner@example.com';
let fixture: IdentityFixture;

beforeAll(async () => {
  fixture = await createIdentityFixture();
  await fixture.createUser({ phone, email });
});
beforeEach(() =>
  fixture.sql(`truncate identity.otp_challenges, identity.otp_budgets, identity.send_budgets, identity.network_budgets,
    public.test_messages, public.test_jobs`),
);
afterAll(() => fixture.close());

async function sendCode(purpose: CodePurpose = 'login', to = phone): Promise<string> {
  await fixture.sql('delete from identity.send_budgets');
  await requestOneTimeCode(fixture.parts, { phone: to, purpose, ip: ORIGIN.ip });
  await fixture.runJobs();
  return fixture.secretOf(to);
}

const wrongOf = (code: string): string => (code === '000000' ? '000001' : '000000');
const logIn = (code: string): Promise<unknown> => createCodeSession(fixture.parts, { ...ORIGIN, phone, code });
const outcomeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

async function outcomes(works: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.all(works.map(outcomeOf))) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

const attempts = async (): Promise<number | undefined> =>
  (await fixture.sql<{ attempts: number }>(`select attempts from identity.otp_challenges where purpose = 'login'`))[0]
    ?.attempts;
const failures = async (): Promise<number | undefined> =>
  (await fixture.sql<{ n: number }>('select cardinality(failed_at) as n from identity.otp_budgets'))[0]?.n;

describe('one-time codes', () => {
  it('are six digits, every one as likely as another', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let made = 0; made < 20_000; made += 1) {
      const code = createCode();
      expect(code).toMatch(/^\d{6}$/);
      const first = Number(code[0]);
      counts[first] = (counts[first] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(1800);
    expect(Math.max(...counts)).toBeLessThan(2200);
  });

  it('open a session once, for 30 right answers at once', async () => {
    const code = await sendCode();
    const counts = await outcomes(Array.from({ length: 30 }, () => logIn(code)));
    expect(counts).toEqual({ accepted: 1, 'invalid-credentials': 29 });
    expect(await outcomeOf(logIn(code))).toBe('invalid-credentials');
  });

  it('are judged five times, for 100 guesses at once, and the right one comes too late then', async () => {
    const code = await sendCode();
    await outcomes(Array.from({ length: 100 }, () => logIn(wrongOf(code))));
    expect(await attempts()).toBe(5);
    expect(await failures()).toBe(5);
    expect(await outcomeOf(logIn(code))).toBe('invalid-credentials');
  });

  it('share one budget an hour over all resends, and then the password still opens', async () => {
    await outcomes(Array.from({ length: 100 }, () => logIn('x')));
    const first = await sendCode();
    await outcomes(Array.from({ length: 100 }, () => logIn(wrongOf(first))));
    const second = await sendCode('reset');
    const guess = { purpose: 'reset', phone, code: wrongOf(second) } as const;
    await outcomes(Array.from({ length: 100 }, () => checkCode(fixture.parts, guess)));
    expect(await failures()).toBe(10);
    const third = await sendCode();
    await expect(logIn(third)).rejects.toMatchObject({ code: 'too-many-requests', status: 429 });
    await expect(logIn(third)).rejects.toMatchObject({
      headers: { 'retry-after': expect.stringMatching(/^3[56]\d\d$/) },
    });
    expect(await attempts()).toBe(0);
    await expect(createSession(fixture.parts, { ...ORIGIN, email, password: PASSWORD })).resolves.toBeDefined();

    await fixture.sql(`update identity.otp_budgets set failed_at =
      array(select t - interval '61 minutes' from unnest(failed_at) as t)`);
    expect(await outcomeOf(logIn(third))).toBe('accepted');
    expect(await failures()).toBe(0);
  });

  it('cost the owner nothing while there is none to guess', async () => {
    await outcomes(Array.from({ length: 20 }, () => logIn('123456')));
    const code = await sendCode();
    expect(await outcomeOf(logIn(code))).toBe('accepted');
  });

  it('open nothing but their purpose', async () => {
    const code = await sendCode('login');
    const reset = { ...ORIGIN, phone, code, newPassword: 'a quite different sentence' };
    expect(await outcomeOf(completePhonePasswordReset(fixture.parts, reset))).toBe('code-not-accepted');
    await fixture.sql(`update identity.otp_challenges set purpose = 'reset'`);
    expect(await outcomeOf(completePhonePasswordReset(fixture.parts, reset))).toBe('code-not-accepted');
  });

  it('end after five minutes, and with the next one', async () => {
    const first = await sendCode();
    const second = await sendCode();
    expect(first).not.toBe(second);
    expect(await outcomeOf(logIn(first))).toBe('invalid-credentials');
    await fixture.sql(`update identity.otp_challenges set expires_at = expires_at - interval '301 seconds'`);
    expect(await outcomeOf(logIn(second))).toBe('invalid-credentials');
  });

  it('belong to the number, however it is written', async () => {
    const code = await sendCode('login', phone);
    const spelled = { ...ORIGIN, phone: '۰۹۱۲ ۱۱۱ ۰۰۰۱', code };
    await expect(createCodeSession(fixture.parts, spelled)).resolves.toMatchObject({ account: { phone } });
  });

  it('are sent to nobody without an account, whose guesses are counted all the same', async () => {
    const stranger = '+989121110099';
    await requestOneTimeCode(fixture.parts, { phone: stranger, purpose: 'login', ip: ORIGIN.ip });
    await fixture.runJobs();
    expect(await fixture.messagesTo(stranger)).toEqual([]);
    const guess = { ...ORIGIN, phone: stranger, code: '123456' };
    await outcomes(Array.from({ length: 10 }, () => createCodeSession(fixture.parts, guess)));
    expect([await attempts(), await failures()]).toEqual([5, 5]);
  });

  it('are sent once by a job that runs twice, and the first code stays good', async () => {
    await requestOneTimeCode(fixture.parts, { phone, purpose: 'login', ip: ORIGIN.ip });
    const [job] = await fixture.sql<{ payload: never }>('select payload from public.test_jobs');
    if (job === undefined) throw new Error(`${sendOneTimeCodeJob.name} was not enqueued`);
    await fixture.runJobs();
    await sendOneTimeCode(fixture.parts, job.payload);
    expect(await fixture.messagesTo(phone)).toHaveLength(1);
    expect(await outcomeOf(logIn(await fixture.secretOf(phone)))).toBe('accepted');
  });

  it('leave no trace of themselves in the database but a keyed hash', async () => {
    const code = await sendCode();
    const [row] = await fixture.sql<{ text: string }>('select c::text as text from identity.otp_challenges as c');
    expect(row?.text).not.toContain(code);
  });
});

describe('asking for codes', () => {
  const ask = (to: string, ip: string = ORIGIN.ip): Promise<string> =>
    outcomeOf(requestOneTimeCode(fixture.parts, { phone: to, purpose: 'login', ip }));
  const earlier = (interval: string): Promise<unknown> =>
    fixture.sql(
      `update identity.send_budgets set sent_at = array(select t - interval '${interval}' from unnest(sent_at) as t)`,
    );

  it('waits a minute, and counts known and unknown numbers alike', async () => {
    for (const to of [phone, '+989121110098']) {
      expect(await ask(to)).toBe('accepted');
      expect(await ask(to)).toBe('too-many-requests');
    }
    await earlier('61 seconds');
    expect(await ask(phone)).toBe('accepted');
  });

  it('ends after five in any hour and ten in any day', async () => {
    for (const expected of [5, 5]) {
      for (let sent = 0; sent < expected; sent += 1) {
        expect(await ask(phone)).toBe('accepted');
        await earlier('61 seconds');
      }
      expect(await ask(phone)).toBe('too-many-requests');
      await earlier('1 hour');
    }
    expect(await ask(phone)).toBe('too-many-requests');
    await earlier('24 hours');
    expect(await ask(phone)).toBe('accepted');
  });

  it('lets one of 30 at once through', async () => {
    const asked = await outcomes(
      Array.from({ length: 30 }, () => requestOneTimeCode(fixture.parts, { phone, purpose: 'login', ip: ORIGIN.ip })),
    );
    expect(asked).toEqual({ accepted: 1, 'too-many-requests': 29 });
  });

  it('has an end per network and per country, and others go on', async () => {
    const [address, network] = [fixture.parts.settings.codesPerAddress, fixture.parts.settings.codesPerNetwork];
    await fixture.sql(
      `insert into identity.network_budgets values
       ('203.0.113.7', (now() at time zone 'utc')::date, $1), ('198.51.100.0/24', (now() at time zone 'utc')::date, $2)`,
      [address, network],
    );
    expect(await ask('+989121110002', '203.0.113.7')).toBe('too-many-requests');
    expect(await ask('+989121110002', '::ffff:203.0.113.7')).toBe('too-many-requests');
    expect(await ask('+989121110002', '203.0.113.8')).toBe('accepted');
    expect(await ask(`${SPENT_PREFIX}15112345678`, '192.0.2.1')).toBe('too-many-requests');
    expect(await ask('+989121110003', '198.51.100.9')).toBe('too-many-requests');
    expect(await ask('+989121110003', '192.0.2.1')).toBe('accepted');
  });
});
