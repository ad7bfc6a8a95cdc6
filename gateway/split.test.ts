import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { demoAccounts } from '../src/contexts/identity/index.ts';
import { until } from '../src/testing/until.ts';
import { startSplit } from './split-installation.ts';
import type { SplitInstallation } from './split-installation.ts';

// Identity alone, rewards with notifications alone, platform alone, a worker, and a real nginx in front.

let installation: SplitInstallation;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-split-'));
  installation = await startSplit();
}, 240_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await installation.close();
}, 60_000);

const staff = demoAccounts.find(({ role }) => role === 'staff');
if (staff === undefined) throw new Error('There is no demo staff.');
const credentials = { email: staff.email, password: staff.password };

async function send(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${installation.gateway.url}${path}`, init);
}

function logIn(): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return send('/api/v1/auth/login', { method: 'POST', headers, body: JSON.stringify(credentials) });
}

async function token(): Promise<Record<string, string>> {
  const answer = await logIn();
  expect(answer.status).toBe(200);
  return { authorization: `Bearer ${((await answer.json()) as { token: string }).token}` };
}

async function expectUnavailable(answer: Response): Promise<void> {
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ code: 'unavailable', requestId: answer.headers.get('x-request-id') });
}

test('a file of numbers becomes coins and messages through the gateway', async () => {
  const file = join(folder, 'numbers.csv');
  await installation.command(['sample', file, '--lines', '1000']);
  const { email, password } = credentials;
  const campaign = ['--create-campaign', 'Split', '--coins', '5', '--email', email, '--password', password];
  const told = await installation.command(['import', file, ...campaign]);
  expect(told).toMatch(/finished/);
  expect(told).toMatch(/credited +920\b/);
  expect(told).toMatch(/messages +920\b/);
  expect(readFileSync(join(folder, 'numbers.rejects.csv'), 'utf8').trim().split('\n').length).toBeGreaterThan(1);
}, 240_000);

test('without identity nobody logs in, and whoever has a token goes on', async () => {
  const headers = await token();
  await installation.kill('identity');
  await expectUnavailable(await logIn());
  expect((await send('/api/v1/bonus-campaigns', { headers })).status).toBe(200);
  expect((await send('/health/ready')).status).toBe(200);
  await installation.restart('identity');
  await until(async () => (await logIn()).status === 200);
}, 60_000);

test('without rewards its operations alone are unavailable', async () => {
  const headers = await token();
  await installation.kill('rewards');
  await expectUnavailable(await send('/api/v1/bonus-campaigns', { headers }));
  await expectUnavailable(await send('/api/v1/messages', { headers }));
  expect((await send('/api/v1/auth/me', { headers })).status).toBe(200);
  await installation.restart('rewards');
  await until(async () => (await send('/api/v1/bonus-campaigns', { headers })).status === 200);
}, 60_000);
