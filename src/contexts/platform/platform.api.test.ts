import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';

type Behaviour = Schema<'SandboxBehaviour'>;

let portico: TestPortico;
let staff: string;
let admin: string;

beforeAll(async () => {
  portico = await startPortico();
  staff = portico.tokenFor('staff');
  admin = portico.tokenFor('admin');
});
afterAll(() => portico.close());

let numbers = 0;
function phone(): string {
  return `+98915${String((numbers += 1)).padStart(7, '0')}`;
}

async function send(address: string, text = 'Your code is 482913.'): Promise<void> {
  const by = address.includes('@') ? ({ channel: 'email', subject: 'Code' } as const) : ({ channel: 'sms' } as const);
  await portico.database.transaction((tx) =>
    portico.portico.notifications.queueMessages(tx, [
      { dedupeKey: newId(), ...by, class: 'transactional', address, text },
    ]),
  );
  await portico.runJobs();
}

async function get<Body>(path: string, token = staff): Promise<Body> {
  const answer = await portico.request('GET', path, { token });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Body;
}

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as Schema<'Problem'>).code];
}

const behaviourOf = (channel: 'sms' | 'email'): string => `/api/v1/sandbox/behaviours/${channel}`;

async function behave(changes: Partial<Behaviour>, path = behaviourOf('sms')): Promise<Response> {
  const current = await portico.request('GET', path, { token: staff });
  const { channel: _channel, ...behaviour } = (await current.json()) as Behaviour;
  return portico.request('PUT', path, {
    token: staff,
    headers: { 'if-match': current.headers.get('etag') ?? '' },
    body: { ...behaviour, ...changes },
  });
}

describe('the sandbox inbox', () => {
  test('shows whole texts to whoever may look into it, by address, one by one', async () => {
    const [mine, other] = [phone(), phone()];
    await send(mine);
    await send(other);
    await send(mine, 'Another one.');
    const query = `address=${encodeURIComponent(mine)}`;
    const page = await get<Schema<'SandboxMessagePage'>>(`/api/v1/sandbox/messages?${query}&limit=1`);
    expect(page.items).toMatchObject([{ channel: 'sms', address: mine, text: 'Another one.', report: 'delivered' }]);
    const next = await get<Schema<'SandboxMessagePage'>>(
      `/api/v1/sandbox/messages?${query}&limit=1&cursor=${page.nextCursor}`,
    );
    expect(next.items).toMatchObject([{ text: 'Your code is 482913.' }]);
    expect(next.nextCursor).toBeNull();
    expect(await get(`/api/v1/sandbox/messages/${page.items[0]?.id}`)).toEqual(page.items[0]);
    expect((await get<Schema<'SandboxMessagePage'>>('/api/v1/sandbox/messages?channel=email')).items).toEqual([]);

    const missing = await portico.request('GET', `/api/v1/sandbox/messages/${newId()}`, { token: staff });
    expect(await refusal(missing)).toEqual([404, 'not-found']);
    const user = await portico.request('GET', '/api/v1/sandbox/messages', { token: portico.tokenFor('user') });
    expect(user.status).toBe(403);
  });

  test('its behaviour changes under If-Match, and what it is told holds', async () => {
    // Not the channel of the tests below: what got lost is sent again some time later.
    const path = behaviourOf('email');
    const before = await portico.request('GET', path, { token: staff });
    const etag = before.headers.get('etag') ?? '';
    const { channel: _channel, ...behaviour } = (await before.json()) as Behaviour;
    const put = (headers: Record<string, string>) =>
      portico.request('PUT', path, { token: staff, headers, body: { ...behaviour, loseAnswerRate: 1 } });
    expect(await refusal(await put({}))).toEqual([428, 'precondition-required']);
    const [first, second] = await Promise.all([put({ 'if-match': etag }), put({ 'if-match': etag })]);
    expect([first.status, second.status].sort()).toEqual([200, 412]);
    const unchanged = await portico.request('GET', path, {
      token: staff,
      headers: { 'if-none-match': (first.status === 200 ? first : second).headers.get('etag') ?? '' },
    });
    expect(unchanged.status).toBe(304);

    const address = 'lost@example.com';
    await send(address);
    const { items } = await get<Schema<'SandboxMessagePage'>>(
      `/api/v1/sandbox/messages?address=${encodeURIComponent(address)}`,
    );
    expect(items).toHaveLength(1);
    const counts = await get<Schema<'MessageCountsByChannel'>>('/api/v1/message-counts');
    expect(counts.email.unknown).toBe(1);
    expect((await behave({ loseAnswerRate: 0 }, path)).status).toBe(200);
  });
});

describe('dead letters', () => {
  async function bury(...addresses: string[]): Promise<Schema<'DeadLetter'>[]> {
    await behave({ rejectRate: 1 });
    for (const address of addresses) await send(address);
    await behave({ rejectRate: 0 });
    const filter = 'task=resendMessage&reason=sandbox-rejected&open=true';
    return (await get<Schema<'DeadLetterPage'>>(`/api/v1/dead-letters?${filter}`, admin)).items;
  }
  const redrive = (id: string, headers: Record<string, string> = {}) =>
    portico.request('POST', `/api/v1/dead-letters/${id}/redrive`, { token: admin, headers });
  const received = async (address: string) =>
    (await get<Schema<'SandboxMessagePage'>>(`/api/v1/sandbox/messages?address=${encodeURIComponent(address)}`)).items;

  test('one is run again once, on the normal path, and says who did it', async () => {
    const address = phone();
    const [letter] = await bury(address);
    expect(letter).toMatchObject({ reason: 'sandbox-rejected', attempts: 1, redrivenAt: null });
    expect(await received(address)).toEqual([]);

    const key = { 'idempotency-key': newId() };
    const answers = await Promise.all([redrive(letter?.id ?? ''), redrive(letter?.id ?? '')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    await portico.runJobs();
    expect(await received(address)).toHaveLength(1);
    expect(await refusal(await redrive(letter?.id ?? '', key))).toEqual([409, 'already-redriven']);
    const after = await get<Schema<'DeadLetter'>>(`/api/v1/dead-letters/${letter?.id}`, admin);
    expect(after.redrivenAt).not.toBeNull();
    expect(after.redrivenBy).not.toBeNull();
    expect(await refusal(await redrive(newId()))).toEqual([404, 'not-found']);
  });

  test('by filter: the oldest first, so many at once; what fails again is a new one', async () => {
    const addresses = [phone(), phone(), phone()];
    await bury(...addresses);
    const byFilter = (body: object) => portico.request('POST', '/api/v1/dead-letters/redrive', { token: admin, body });
    const none = await byFilter({ task: 'resendMessage', reason: 'another', limit: 10 });
    expect(await none.json()).toEqual({ redriven: 0 });

    await behave({ rejectRate: 1 });
    expect(await (await byFilter({ task: 'resendMessage', limit: 2 })).json()).toEqual({ redriven: 2 });
    await portico.runJobs();
    await behave({ rejectRate: 0 });
    const open = await get<Schema<'DeadLetterPage'>>('/api/v1/dead-letters?open=true&limit=100', admin);
    expect(open.items).toHaveLength(3);
    const redriven = await get<Schema<'DeadLetterPage'>>('/api/v1/dead-letters?open=false&limit=100', admin);
    expect(redriven.items.length).toBeGreaterThanOrEqual(2);

    expect(await (await byFilter({ limit: 1000 })).json()).toEqual({ redriven: 3 });
    await portico.runJobs();
    for (const address of addresses) expect(await received(address)).toHaveLength(1);
  });

  test('are for admins', async () => {
    expect((await portico.request('GET', '/api/v1/dead-letters', { token: staff })).status).toBe(403);
  });
});

describe('An address', () => {
  const address = { line1: 'Unter den Linden 1', line2: null, city: 'Berlin', region: null, country: 'DE' };
  const verify = async (body: object): Promise<Schema<'AddressVerdict'>> => {
    const token = portico.tokenFor('user');
    const answer = await portico.request('POST', '/api/v1/addresses/verify', { token, body });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Schema<'AddressVerdict'>;
  };

  test('is found, and given back in its one spelling', async () => {
    expect(await verify({ ...address, city: ' berlin ', postalCode: '10117 ' })).toMatchObject({
      outcome: 'found',
      address: { ...address, city: 'berlin', postalCode: '10117' },
      geocoder: 'offline',
      places: [{ city: 'Berlin', precision: 'city' }],
    });
  });

  test('of a wrong form is told so, and nobody is asked', async () => {
    expect(await verify({ ...address, postalCode: null })).toMatchObject({
      outcome: 'invalid',
      faults: [{ field: 'postalCode', detail: 'is needed in DE' }],
      places: [],
    });
  });

  test('that may be in several places, or in none, is no error', async () => {
    const inAmerica = { ...address, country: 'US', postalCode: '97477' };
    expect((await verify({ ...inAmerica, city: 'Springfield' })).places).toHaveLength(5);
    expect(await verify({ ...inAmerica, city: 'Nowhere' })).toMatchObject({ outcome: 'not-found', places: [] });
  });
});
