import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCodeSession } from './create-code-session.ts';
import { createPhoneRegistration } from './create-phone-registration.ts';
import { createRegistration } from './create-registration.ts';
import { createPhoneSession, createSession } from './create-session.ts';
import { createIdentityFixture, ORIGIN, PASSWORD } from './identity.fixture.ts';
import type { IdentityFixture } from './identity.fixture.ts';
import { requestOneTimeCode } from './request-one-time-code.ts';
import { requestPasswordReset } from './request-password-reset.ts';

/** Tries per kind; half as many accounts, so that no limit is met. */
const TRIES = 200;

let fixture: IdentityFixture;

const emailOf = (known: boolean, n: number): string => `${known ? 'known' : 'stranger'}-${n}@example.com`;
const phoneOf = (known: boolean, n: number): string => `+98912${known ? 444 : 555}${String(n).padStart(4, '0')}`;

beforeAll(async () => {
  fixture = await createIdentityFixture({ codesPerAddress: 1e6, codesPerNetwork: 1e6 });
  for (let n = 0; n < TRIES; n += 1) await fixture.createUser({ email: emailOf(true, n), phone: phoneOf(true, n) });
}, 60_000);
afterAll(() => fixture.close());

const about = { gender: 'female', age: 29, password: PASSWORD, signal: ORIGIN.signal, ip: ORIGIN.ip } as const;
const wrong = { ...ORIGIN, password: 'not the right password' };

const calls: Record<string, (known: boolean, n: number) => Promise<unknown>> = {
  createSession: (known, n) => createSession(fixture.parts, { ...wrong, email: emailOf(known, n) }),
  createPhoneSession: (known, n) => createPhoneSession(fixture.parts, { ...wrong, phone: phoneOf(known, n) }),
  createRegistration: (known, n) => createRegistration(fixture.parts, { ...about, email: emailOf(known, n) }),
  requestPasswordReset: (known, n) => requestPasswordReset(fixture.parts, { email: emailOf(known, n) }),
  requestOneTimeCode: (known, n) =>
    requestOneTimeCode(fixture.parts, { phone: phoneOf(known, n), purpose: 'login', ip: ORIGIN.ip }),
  createCodeSession: (known, n) =>
    createCodeSession(fixture.parts, { ...ORIGIN, phone: phoneOf(known, n), code: '000000' }),
  createPhoneRegistration: async (known, n) => {
    await fixture.sql('delete from identity.send_budgets where identifier = $1', [phoneOf(known, n)]);
    return createPhoneRegistration(fixture.parts, { ...about, phone: phoneOf(known, n) });
  },
};

/** What a caller could tell apart: the shape of the answer without ids. */
function shapeOf(answer: unknown): string {
  if (!(answer instanceof Error))
    return JSON.stringify(answer, (key, value: unknown) => (key === 'userId' ? 'id' : value));
  const { code, status, detail, headers, errors } = answer as unknown as Record<string, unknown>;
  return JSON.stringify({ code, status, detail, headers, errors });
}

interface Sample {
  readonly known: number[];
  readonly unknown: number[];
  readonly shapes: ReadonlySet<string>;
}

/** Known and unknown by turns, in an order of chance, so that nothing the machine does meanwhile favours one of them. */
async function sample(call: (known: boolean, n: number) => Promise<unknown>): Promise<Sample> {
  const times: [unknown: number[], known: number[]] = [[], []];
  const shapes = new Set<string>();
  for (let n = 0; n < TRIES; n += 1) {
    const knownFirst = Math.random() < 0.5;
    for (const known of [knownFirst, !knownFirst]) {
      const begun = performance.now();
      const answer = await call(known, n).catch((error: unknown) => error);
      times[known ? 1 : 0].push(performance.now() - begun);
      shapes.add(shapeOf(answer));
    }
  }
  return { unknown: times[0], known: times[1], shapes };
}

/**
 * Mann–Whitney U as a standard score: how surely a random time of one kind exceeds one of the other. Ranks, so that a pause
 * of the machine counts as one late answer and not as its length. Beyond ±4.5 chance is below one in a hundred thousand.
 */
function standardScore(a: readonly number[], b: readonly number[]): number {
  const ranked = [...a.map((time) => ({ time, mine: true })), ...b.map((time) => ({ time, mine: false }))].sort(
    (left, right) => left.time - right.time,
  );
  const rankSum = ranked.reduce((sum, { mine }, index) => sum + (mine ? index + 1 : 0), 0);
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const mean = (a.length * b.length) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return (u - mean) / deviation;
}

describe('known and unknown accounts', () => {
  beforeAll(async () => {
    // Codes to guess at exist for both kinds, as they would after a request each.
    for (let n = 0; n < TRIES; n += 1) {
      for (const known of [true, false]) {
        await requestOneTimeCode(fixture.parts, { phone: phoneOf(known, n), purpose: 'login', ip: ORIGIN.ip });
      }
    }
    await fixture.runJobs();
    await fixture.sql('truncate identity.send_budgets');
  }, 60_000);

  it.each(Object.keys(calls))(
    'get one answer in one time from %s',
    async (name) => {
      const call = calls[name];
      if (call === undefined) throw new Error(name);
      const { known, unknown, shapes } = await sample(call);
      expect([...shapes]).toHaveLength(1);
      expect(Math.abs(standardScore(known, unknown))).toBeLessThan(4.5);
    },
    60_000,
  );

  it('would be told apart by a tenth of a millisecond: the measure is sharp enough', async () => {
    const spin = (milliseconds: number): void => {
      for (const until = performance.now() + milliseconds; performance.now() < until;);
    };
    const score = async (): Promise<number> => {
      const { known, unknown } = await sample(async (isKnown, n) => {
        await fixture.parts.database.transaction(() => Promise.resolve());
        spin(isKnown ? 0.3 : 0.2);
        return n;
      });
      return standardScore(known, unknown);
    };
    // A busy neighbour blurs one sample; it does not blur them all.
    expect(Math.max(await score(), await score(), await score())).toBeGreaterThan(4.5);
  });
});
