import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { demoAccounts } from './seed-demo.ts';

const STORM = 80;
let portico: TestPortico;

beforeAll(async () => {
  portico = await startPortico({ environment: { BCRYPT_COST: '12' } });
  await portico.database.transaction((tx) => portico.portico.identity.seedDemo(tx, { people: 0 }));
}, 60_000);
afterAll(() => portico.close());

it('sheds a storm of log-ins soon, and the other operations stay quick', async () => {
  const { email = '', password = '' } = demoAccounts.find(({ role }) => role === 'user') ?? {};
  const token = await portico.logIn(email, password);
  const begun = performance.now();
  const storm = { rages: true };
  const logIns = Array.from({ length: STORM }, async (_, n) => {
    const body = { email: `stranger-${n}@example.com`, password: 'not the right password' };
    const { status, headers } = await portico.request('POST', '/api/v1/auth/login', { body });
    return { status, after: performance.now() - begun, retryAfter: Number(headers.get('retry-after')) };
  });
  const settled = Promise.all(logIns).finally(() => {
    storm.rages = false;
  });

  const others: number[] = [];
  while (storm.rages) {
    const asked = performance.now();
    expect((await portico.request('GET', '/api/v1/auth/me', { token })).status).toBe(200);
    others.push(performance.now() - asked);
  }
  const answers = await settled;
  const judged = answers.filter(({ status }) => status === 401);
  const shed = answers.filter(({ status }) => status === 503);
  expect(judged.length + shed.length).toBe(STORM);
  expect(judged.length).toBeGreaterThan(0);
  expect(shed.length).toBeGreaterThan(STORM / 2);
  expect(shed.every(({ retryAfter }) => retryAfter >= 1)).toBe(true);

  // Whoever is shed hears of it before the first few hashes are done; whoever is judged waits for a short queue only.
  const last = (list: typeof answers): number => Math.max(...list.map(({ after }) => after));
  expect(last(shed)).toBeLessThan(last(judged));
  const p99 = others.sort((a, b) => a - b)[Math.floor(others.length * 0.99)] ?? Infinity;
  expect(p99).toBeLessThan(1000);
}, 60_000);
