import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import type { MessageRequest } from './index.ts';

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
  return `+98914${String((numbers += 1)).padStart(7, '0')}`;
}

function queue(...requests: Partial<MessageRequest>[]): Promise<number> {
  return portico.database.transaction((tx) =>
    portico.portico.notifications.queueMessages(
      tx,
      requests.map((request) => ({
        dedupeKey: newId(),
        channel: 'sms',
        class: 'transactional',
        address: phone(),
        text: 'You received 500 coins.',
        ...request,
      })),
    ),
  );
}

async function get<Body>(path: string, token = staff): Promise<Body> {
  const answer = await portico.request('GET', path, { token });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Body;
}

async function behave(changes: Partial<Schema<'SandboxBehaviour'>>): Promise<void> {
  const path = '/api/v1/sandbox/behaviours/sms';
  const current = await portico.request('GET', path, { token: staff });
  const { channel: _channel, ...behaviour } = (await current.json()) as Schema<'SandboxBehaviour'>;
  const changed = await portico.request('PUT', path, {
    token: staff,
    headers: { 'if-match': current.headers.get('etag') ?? '' },
    body: { ...behaviour, ...changes },
  });
  expect(changed.status).toBe(200);
}

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, ((await answer.json()) as Schema<'Problem'>).code];
}

describe('messages', () => {
  test('are listed, newest first, by group, state and channel, each exactly once while others come', async () => {
    const groupId = newId();
    await queue(...Array.from({ length: 7 }, () => ({ groupId })));
    await queue({ channel: 'email', address: 'sara@example.com', subject: 'Hi', groupId });
    const seen: string[] = [];
    let query = `?groupId=${groupId}&channel=sms&state=queued&limit=3`;
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Schema<'MessagePage'> = await get(
        `/api/v1/messages${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await queue({ groupId });
    }
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
    expect([...seen].sort().reverse()).toEqual(seen);

    query = `?groupId=${groupId}&channel=email`;
    const mails = await get<Schema<'MessagePage'>>(`/api/v1/messages${query}`);
    expect(mails.items).toMatchObject([
      { channel: 'email', address: 'sara@example.com', subject: 'Hi', state: 'queued' },
    ]);
  });

  test('a cursor made for other filters is refused', async () => {
    await queue({}, {});
    const { nextCursor } = await get<Schema<'MessagePage'>>('/api/v1/messages?limit=1');
    const answer = await portico.request('GET', `/api/v1/messages?limit=1&channel=sms&cursor=${nextCursor}`, {
      token: staff,
    });
    expect(await refusal(answer)).toEqual([400, 'invalid-cursor']);
  });

  test('show their calls and reports, but never a text that opens an account', async () => {
    const [otp, plain] = [newId(), newId()];
    await queue(
      { groupId: otp, class: 'otp', text: 'Your code is 482913.', deadline: new Date(Date.now() + 120_000) },
      { groupId: plain, text: 'You received 500 coins.' },
    );
    await behave({ reportDelayMilliseconds: 0 });
    await portico.runJobs();
    await portico.portico.bindings
      .find(({ name }) => name === 'publishSandboxReports')
      ?.task({} as never, { attempt: 1, maxAttempts: 1, signal: new AbortController().signal, correlationId: newId() });

    for (const [groupId, text] of [
      [otp, null],
      [plain, 'You received 500 coins.'],
    ]) {
      const { items } = await get<Schema<'MessagePage'>>(`/api/v1/messages?groupId=${groupId}`);
      expect(items).toMatchObject([{ state: 'delivered', text, attempts: 1, provider: 'sandbox' }]);
      const history = await get<Schema<'MessageHistory'>>(`/api/v1/messages/${items[0]?.id}`);
      expect(history).toMatchObject({
        message: { id: items[0]?.id, text },
        attempts: [{ number: 1, provider: 'sandbox', outcome: 'accepted' }],
        reports: [{ state: 'delivered', previousState: 'sent' }],
      });
      expect(JSON.stringify(history)).not.toContain('482913');
    }
  });

  test('that do not exist are 404', async () => {
    const answer = await portico.request('GET', `/api/v1/messages/${newId()}`, { token: staff });
    expect(await refusal(answer)).toEqual([404, 'not-found']);
  });

  test('are counted by state, of a group or of all', async () => {
    const groupId = newId();
    await queue({ groupId }, { groupId }, { groupId, channel: 'email', address: 'sara@example.com', subject: 'Hi' });
    const group = await get<Schema<'MessageCountsByChannel'>>(`/api/v1/message-counts?groupId=${groupId}`);
    expect(group).toMatchObject({ sms: { queued: 2, sent: 0 }, email: { queued: 1 } });
    const all = await get<Schema<'MessageCountsByChannel'>>('/api/v1/message-counts');
    expect(all.sms.queued).toBeGreaterThanOrEqual(2);
  });

  test('of a group can be stopped once; what was not begun never leaves', async () => {
    const [groupId, text] = [newId(), newId()];
    await queue({ groupId, text }, { groupId, text });
    const cancel = (token: string, headers: Record<string, string> = {}) =>
      portico.request('POST', `/api/v1/message-groups/${groupId}/cancel`, { token, headers });
    expect((await cancel(staff)).status).toBe(403);
    const key = { 'idempotency-key': newId() };
    const first = await cancel(admin, key);
    expect([first.status, await first.json()]).toEqual([200, { cancelled: 2 }]);
    const replay = await cancel(admin, key);
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect(await replay.json()).toEqual({ cancelled: 2 });
    expect(await (await cancel(admin)).json()).toEqual({ cancelled: 0 });
    await portico.runJobs();
    const inbox = await get<Schema<'SandboxMessagePage'>>('/api/v1/sandbox/messages?limit=100');
    expect(inbox.items.filter((message) => message.text === text)).toEqual([]);
    const unknown = await portico.request('POST', `/api/v1/message-groups/${newId()}/cancel`, { token: admin });
    expect(await refusal(unknown)).toEqual([404, 'not-found']);
  });
});

describe('suppressions', () => {
  const create = (body: object, token = admin) => portico.request('POST', '/api/v1/suppressions', { token, body });

  test('stop messages to the address in any spelling, and can be lifted', async () => {
    const body = { channel: 'email', address: 'Sara@Example.com', category: 'all', reason: 'hard bounce' };
    const created = await create(body);
    expect(created.status).toBe(201);
    const suppression = (await created.json()) as Schema<'Suppression'>;
    expect(suppression).toMatchObject({ ...body, address: 'sara@example.com' });
    const location = created.headers.get('location') ?? '';
    expect(await get(location)).toEqual(suppression);
    const list = await get<Schema<'SuppressionPage'>>('/api/v1/suppressions?channel=email&address=SARA@example.com');
    expect(list.items).toEqual([suppression]);
    expect(await refusal(await create(body))).toEqual([409, 'already-suppressed']);

    const groupId = newId();
    await queue({ channel: 'email', address: 'SARA@example.com', subject: 'Hi', groupId });
    await portico.runJobs();
    const messages = await get<Schema<'MessagePage'>>(`/api/v1/messages?groupId=${groupId}`);
    expect(messages.items).toMatchObject([{ state: 'suppressed', reason: 'hard bounce', attempts: 0 }]);

    expect((await portico.request('DELETE', location, { token: admin })).status).toBe(204);
    expect(await refusal(await portico.request('DELETE', location, { token: admin }))).toEqual([404, 'not-found']);
    expect((await create(body)).status).toBe(201);
  });

  test('are no matter for staff, and their address fits the channel', async () => {
    const body = { channel: 'sms', address: '+989140000000', category: 'marketing', reason: 'answered STOP' };
    expect(await refusal(await create(body, staff))).toEqual([403, 'insufficient-scope']);
    expect(await refusal(await create({ ...body, address: 'sara@example.com' }))).toEqual([400, 'validation-failed']);
  });
});

describe('providers', () => {
  const providers = () => get<Schema<'MessageProviders'>>('/api/v1/message-providers');

  test('show the circuit that opened, in which process and why, until it is closed again', async () => {
    expect(await providers()).toMatchObject({
      providers: [
        {
          channel: 'sms',
          name: 'sandbox',
          pauses: [],
          circuits: [],
          deduplicates: true,
          reports: 'pushed',
          waitingReports: 0,
        },
        { channel: 'email', name: 'sandbox', pauses: [], circuits: [] },
      ],
    });
    await behave({ failRate: 1 });
    await queue(...Array.from({ length: 40 }, () => ({})));
    await portico.runJobs();
    await queue({});
    await portico.runJobs();
    const [sms, email] = (await providers()).providers;
    expect(sms?.circuits).toMatchObject([
      { state: 'open', reason: expect.stringMatching(/^\d+ of \d+ calls failed$/) },
    ]);
    expect(sms?.recent.unavailable).toBeGreaterThan(5);
    expect(email).toMatchObject({ circuits: [], recent: { unavailable: 0 } });
    await behave({ failRate: 0 });
  });
});
