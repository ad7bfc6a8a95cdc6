import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';
import { until } from '../../../testing/until.ts';

let portico: TestPortico;
let staff: string;
let user: string;
beforeAll(async () => {
  portico = await startPortico();
  [staff, user] = [portico.tokenFor('staff'), portico.tokenFor('user')];
});
afterAll(() => portico.close());

const create = (flag: object): Promise<Response> =>
  portico.request('POST', '/api/v1/flags', { token: staff, body: { description: '', ...flag } });
const patch = (key: string, body: object): Promise<Response> =>
  portico.request('PATCH', `/api/v1/flags/${key}`, {
    token: staff,
    headers: { 'if-match': '*', 'content-type': 'application/merge-patch+json' },
    body,
  });
async function own(key: string, token = user): Promise<string | undefined> {
  const answer = await portico.request('GET', '/api/v1/users/flags', { token });
  return ((await answer.json()) as Schema<'OwnFlags'>).flags.find((flag) => flag.key === key)?.variant;
}
const steps = {
  defaultVariant: 'three',
  variants: [
    { name: 'three', weight: 0 },
    { name: 'one', weight: 1 },
  ],
};

test('contradictions are told all at once', async () => {
  const answer = await create({
    ...{ key: 'broken', defaultVariant: 'none', rollout: 1 },
    variants: [
      { name: 'a', weight: 0 },
      { name: 'a', weight: 0 },
    ],
    rules: [{ attribute: 'role', anyOf: ['staff'], variant: 'b' }],
  });
  const { code, errors } = (await answer.json()) as { code: string; errors: { pointer: string }[] };
  expect([answer.status, code]).toEqual([409, 'flag-invalid']);
  expect(errors.map(({ pointer }) => pointer)).toEqual([
    '/variants/1/name',
    '/defaultVariant',
    '/rules/0/variant',
    '/rollout',
  ]);
});

test('one key is one flag', async () => {
  expect((await create({ key: 'twice', ...steps })).status).toBe(201);
  const answer = await create({ key: 'twice', ...steps });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([409, 'flag-key-taken']);
});

test('an app follows the choices of its user, and tells which it shows; once is enough', async () => {
  const rules = [{ attribute: 'role', anyOf: ['staff'], variant: 'three' }];
  await create({ key: 'steps', ...steps, rules, rollout: 10_000, recordsExposures: true });
  await until(() => own('steps'));
  expect([await own('steps'), await own('steps', staff)]).toEqual(['one', 'three']);
  const counted = async (): Promise<unknown> =>
    (await portico.request('GET', '/api/v1/flags/steps/exposures', { token: staff })).json();
  expect(await counted()).toEqual({ variants: [] });
  for (const token of [user, user, staff]) {
    const answer = await portico.request('POST', '/api/v1/users/flag-exposures', { token, body: { flag: 'steps' } });
    expect(answer.status).toBe(200);
  }
  expect(await counted()).toEqual({
    variants: [
      { variant: 'one', users: 1 },
      { variant: 'three', users: 1 },
    ],
  });
  await patch('steps', { enabled: false });
  await until(async () => (await own('steps')) === 'three');
});

test('a flag decides whether addresses are located, for whom it says', async () => {
  const address = { line1: 'Unter den Linden 1', line2: null, city: 'Berlin', region: null, postalCode: '10117' };
  const outcomeFor = async (token: string): Promise<string> => {
    const body = { ...address, country: 'DE' };
    const answer = await portico.request('POST', '/api/v1/addresses/verify', { token, body });
    return ((await answer.json()) as Schema<'AddressVerdict'>).outcome;
  };
  expect(await outcomeFor(user)).toBe('found');
  await patch('addresses-locate', { rollout: 0 });
  await until(async () => (await outcomeFor(user)) === 'unavailable');
  await patch('addresses-locate', { rules: [{ attribute: 'country', anyOf: ['DE'], variant: 'on' }] });
  await until(async () => (await outcomeFor(user)) === 'found');
});
