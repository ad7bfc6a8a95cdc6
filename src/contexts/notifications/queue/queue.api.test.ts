import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { statement } from '../../../database/transaction.ts';
import { newId } from '../../../shared/id.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';
import type { MessageRequest } from '../index.ts';

let portico: TestPortico;
let staff: string;
let admin: string;
beforeAll(async () => {
  portico = await startPortico();
  staff = portico.tokenFor('staff');
  admin = portico.tokenFor('admin');
});
afterAll(() => portico.close());

const queue = (...requests: (Partial<MessageRequest> & { readonly address: string })[]): Promise<number> =>
  portico.database.transaction((tx) =>
    portico.portico.notifications.queueMessages(
      tx,
      requests.map((request) => ({
        ...{ dedupeKey: newId(), channel: 'sms', class: 'transactional', text: 'Hello.' },
        ...request,
      })),
    ),
  );
const get = async <Body>(path: string, token = staff): Promise<Body> => {
  const answer = await portico.request('GET', path, { token });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Body;
};
const rejectAll = (rejectRate: number): Promise<Response> =>
  portico.request('PUT', '/api/v1/sandbox/behaviours/sms', {
    token: staff,
    headers: { 'if-match': '*' },
    body: {
      ...{ failRate: 0, rejectRate, loseAnswerRate: 0, undeliveredRate: 0, loseReportRate: 0 },
      ...{ sendDelayMilliseconds: 0, reportDelayMilliseconds: 0 },
    },
  });
const download = async (query: string, token = staff): Promise<string> => {
  const answer = await portico.request('GET', `/api/v1/message-export${query}`, { token });
  expect(answer.status).toBe(200);
  return answer.text();
};

test('the queue shows what waits and since when, what failed and why, and what is sent again', async () => {
  const [groupId, from] = [newId(), new Date(Date.now() - 1000).toISOString()];
  await queue({ address: '+989140000001', groupId });
  await queue({ address: '+989140000002', groupId, class: 'marketing' });
  const before = await get<Schema<'MessageQueue'>>('/api/v1/message-queue');
  const bulk = before.lanes.find(({ channel, lane }) => channel === 'sms' && lane === 'bulk');
  const { items } = await get<Schema<'MessagePage'>>(`/api/v1/messages?groupId=${groupId}`);
  const oldest = items.find(({ address }) => address === '+989140000001');
  expect(bulk).toMatchObject({ waiting: 1, oldest: { messageId: oldest?.id, dueAt: oldest?.createdAt } });
  expect(before.counts).toEqual(
    ['marketing', 'transactional'].map((kind) => ({
      ...{ channel: 'sms', class: kind, provider: null, state: 'queued', count: 1 },
    })),
  );

  await rejectAll(1);
  await portico.runJobs();
  await rejectAll(0);
  const to = new Date(Date.now() + 1000).toISOString();
  const range = `from=${from}&to=${to}`;
  const { failures } = await get<Schema<'MessageFailures'>>(`/api/v1/message-failures?${range}&channel=sms`);
  expect(failures).toHaveLength(2);
  expect(failures[0]).toMatchObject({ channel: 'sms', provider: 'sandbox', state: 'dead', count: 1 });
  expect(await get(`/api/v1/message-failures?${range}&channel=email`)).toEqual({ failures: [] });
  for (const wrong of [`from=${to}&to=${from}`, `from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z`]) {
    const answer = await portico.request('GET', `/api/v1/message-failures?${wrong}`, { token: staff });
    expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'range-not-valid' }]);
  }

  const path = `/api/v1/messages/${oldest?.id}/redrive`;
  const one = await portico.request('POST', path, { token: admin });
  expect([one.status, await one.json()]).toMatchObject([200, { id: oldest?.id, state: 'queued', attempts: 0 }]);
  const again = await portico.request('POST', path, { token: admin });
  expect([again.status, await again.json()]).toMatchObject([409, { code: 'message-not-redrivable' }]);
  const many = { token: admin, body: { groupId, limit: 10 } };
  const rest = await portico.request('POST', '/api/v1/messages/redrive', many);
  expect([rest.status, await rest.json()]).toEqual([200, { redriven: 1 }]);
  await portico.runJobs();
  const after = await get<Schema<'MessageQueue'>>('/api/v1/message-queue');
  expect(after.counts.filter(({ state }) => ['dead', 'queued'].includes(state))).toEqual([]);
  expect(after.lanes.every((lane) => lane.oldest === null)).toBe(true);
});

test('an export holds what matches, masked, and nothing that a spreadsheet would run', async () => {
  const groupId = newId();
  await queue(
    { address: '+989140000011', groupId, userId: newId() },
    { address: '+989140000012', groupId, class: 'marketing' },
    { address: 'sara@example.com', channel: 'email', subject: 'Hi', groupId },
  );
  const evil = statement(
    'test.evil_reason',
    `update notifications.messages set reason = '=1+1', provider = '@SUM(A1)' where group_id = $1 and channel = 'email'`,
  );
  await portico.owner.query(evil, [groupId]);

  const [head, ...lines] = (await download(`?groupId=${groupId}`)).trimEnd().split('\r\n');
  expect(head).toBe('id,channel,class,address,userId,state,reason,attempts,provider,groupId,createdAt,settledAt');
  // Ids of one millisecond are in no order.
  expect(lines.map((line) => line.split(',').slice(1, 9).join()).sort()).toEqual([
    `"email","transactional","s***@example.com",,"queued","'=1+1",0,"'@SUM(A1)"`,
    `"sms","marketing","'+***0012",,"queued",,0,`,
    `"sms","transactional","'+***0011",,"queued",,0,`,
  ]);
  const rows = (await download(`?groupId=${groupId}&format=ndjson`, admin)).trimEnd().split('\n');
  const whole = rows.map((row) => JSON.parse(row) as { readonly address: string });
  expect(whole.toSorted((a, b) => (a.address < b.address ? -1 : 1))).toMatchObject([
    { address: '+989140000011', userId: expect.any(String) },
    { address: '+989140000012', userId: null },
    { address: 'sara@example.com', reason: '=1+1' },
  ]);
  const count = async (query: string): Promise<number> =>
    (await download(`?groupId=${groupId}&format=ndjson&${query}`)).split('\n').length - 1;
  const now = new Date(Date.now() + 1).toISOString();
  const counts = ['channel=sms', 'class=marketing', 'state=sent', 'provider=sandbox', `from=${now}`, `to=${now}`];
  expect(await Promise.all(counts.map(count))).toEqual([2, 1, 0, 0, 0, 3]);
});

test('an export passes everything exactly once, however many there are', async () => {
  const many = statement(
    'test.many_messages',
    `insert into notifications.messages (id, dedupe_key, channel, class, address, body, state, deadline, settled_at, created_at)
     select uuidv7(), 'many:' || n, 'sms', 'marketing', '+98914' || n, '', case when n % 4999 = 0 then 'dead' else 'cancelled' end,
       now(), now(), now() from generate_series(1, 12000) n`,
  );
  await portico.owner.query(many);
  const ids = async (query: string): Promise<string[]> =>
    (await download(`?format=ndjson&class=marketing&${query}`))
      .split('\n')
      .slice(0, -1)
      .map((row) => (JSON.parse(row) as { id: string }).id);
  const all = await ids('state=cancelled');
  expect([all.length, new Set(all).size]).toEqual([11_998, 11_998]);
  expect([...all].sort()).toEqual(all);
  expect(await ids('state=dead')).toHaveLength(2);
  expect((await ids('provider=none')).length).toBe(0);
});
