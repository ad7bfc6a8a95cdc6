import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Schema } from '../../../contract/handlers.ts';
import { demoAccounts } from '../../identity/index.ts';
import { newId } from '../../../shared/id.ts';
import { startPortico } from '../../../testing/portico.ts';
import type { TestPortico } from '../../../testing/portico.ts';

let portico: TestPortico;
let admin: string;
let user: string;
let userId: string;
const account = demoAccounts.find(({ role }) => role === 'user');

beforeAll(async () => {
  portico = await startPortico({ environment: { PUBLIC_URL: 'https://portico.example' } });
  const { database, identity } = portico.portico;
  await database.transaction((tx) => identity.seedDemo(tx, { people: 0 }));
  admin = portico.tokenFor('admin');
  user = await portico.logIn(account?.email ?? '', account?.password ?? '');
  userId = (await call<{ user: { id: string } }>('GET', '/api/v1/auth/me', { token: user })).user.id;
  await publish('offer.mail', 'email', 'promotions', {
    subject: 'For {{name}}',
    text: 'News, {{name}}: {{unsubscribeUrl}}',
    html: '<p>{{name}}</p><a href="{{unsubscribeUrl}}">stop</a>',
  });
  await publish('offer.sms', 'sms', 'news', { text: 'News, {{name}}.' }, { locale: 'fa', text: 'اخبار {{name}}' });
  await publish('account.mail', 'email', 'account', { subject: 'Your account', text: 'Hello, {{name}}.' });
});
afterAll(() => portico.close());

interface Sending {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
async function call<Body>(method: string, path: string, { token = admin, ...init }: Sending = {}): Promise<Body> {
  const answer = await portico.request(method, path, { token, ...init });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return JSON.parse(text) as Body;
}

async function publish(
  key: string,
  channel: string,
  category: string,
  content: object,
  ...more: object[]
): Promise<void> {
  const kind = { key, channel, category, description: '' };
  const { id } = await call<{ id: string }>('POST', '/api/v1/message-templates', { body: kind });
  const path = `/api/v1/message-templates/${id}`;
  const variables = [{ name: 'name', type: 'string', sample: 'Sara' }];
  const source = { defaultLocale: 'en', variables, contents: [{ locale: 'en', ...content }, ...more] };
  const version = await call<{ id: string }>('POST', `${path}/versions`, { body: source });
  await call('POST', `${path}/publish`, { body: { versionId: version.id }, headers: { 'if-match': '*' } });
}

const send = (templateKey: string, recipient: object, more: object = {}, headers: Record<string, string> = {}) =>
  call<Schema<'NotificationSent'>>('POST', '/api/v1/notifications', {
    body: { templateKey, recipient, variables: [{ name: 'name', type: 'string', value: '<Sara>' }], ...more },
    headers,
  });
const stateOf = async (id: string): Promise<string> => {
  await portico.runJobs();
  return (await call<Schema<'MessageHistory'>>('GET', `/api/v1/messages/${id}`)).message.state;
};

describe('a notification', () => {
  test('goes to the address, in the language and with the words of its recipient', async () => {
    const mail = await send('offer.mail', { kind: 'user', userId });
    expect(mail).toMatchObject({ channel: 'email', class: 'marketing', locale: 'en', state: 'queued' });
    expect(await stateOf(mail.id)).toBe('sent');
    const { message } = await call<Schema<'MessageHistory'>>('GET', `/api/v1/messages/${mail.id}`);
    expect(message).toMatchObject({ address: account?.email, subject: 'For <Sara>', userId });
    const row = await portico.owner.query<{ html: string; category: string }>(
      { name: 'test.read_html', text: 'select html, category from notifications.messages where id = $1' },
      [mail.id],
    );
    expect(row).toEqual([{ html: expect.stringMatching(/^<p>&lt;Sara&gt;<\/p>/), category: 'promotions' }]);
    // The number of the demo user tells Iran.
    expect(await send('offer.sms', { kind: 'user', userId })).toMatchObject({ locale: 'fa' });
    expect(await send('offer.sms', { kind: 'user', userId }, { locale: 'de' })).toMatchObject({ locale: 'en' });
  });

  test('waits for its time, and is one message however often it is asked for', async () => {
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const headers = { 'idempotency-key': newId() };
    const ask = () => send('account.mail', { kind: 'email', email: 'a@example.com' }, { sendAt }, headers);
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect([first.state, await stateOf(first.id)]).toEqual(['scheduled', 'scheduled']);
  });

  test.each([
    ['nothing.here', { kind: 'email', email: 'a@example.com' }, 'template-not-published'],
    ['account.mail', { kind: 'phone', phone: '+989120000000' }, 'recipient-unreachable'],
    ['account.mail', { kind: 'user', userId: newId() }, 'recipient-unreachable'],
    ['account.mail', { kind: 'email', email: 'a@example.com' }, 'send-time-too-far'],
  ])('from %s to %j may be refused as %3$s', async (key, recipient, code) => {
    const more = code === 'send-time-too-far' ? { sendAt: '2999-01-01T00:00:00Z' } : {};
    await expect(send(key, recipient, more)).rejects.toThrow(`"code":"${code}"`);
  });
});

describe('preferences', () => {
  const path = '/api/v1/notification-preferences';
  const read = async (): Promise<[string, Schema<'NotificationPreferences'>]> => {
    const answer = await portico.request('GET', path, { token: user });
    return [answer.headers.get('etag') ?? '', (await answer.json()) as Schema<'NotificationPreferences'>];
  };

  test('begin with everything on, and what is switched off does not come', async () => {
    const [etag, before] = await read();
    expect(before).toMatchObject({ locale: null, timeZone: null });
    expect(before.choices.filter(({ enabled }) => enabled)).toHaveLength(10);
    const choices = [
      { channel: 'sms', category: 'news', enabled: false },
      { channel: 'email', category: 'news', enabled: true },
    ];
    const body = { locale: 'en-GB', timeZone: 'Europe/London', choices };
    const after = await call<typeof before>('PUT', path, { token: user, body, headers: { 'if-match': etag } });
    expect(after.choices.filter(({ enabled }) => !enabled)).toEqual([
      { channel: 'sms', category: 'news', enabled: false, fixed: false },
    ]);
    const offer = await send('offer.sms', { kind: 'user', userId });
    expect([offer.locale, await stateOf(offer.id)]).toEqual(['en', 'suppressed']);
    const stale = await portico.request('PUT', path, { token: user, body, headers: { 'if-match': etag } });
    expect(stale.status).toBe(412);
  });

  test('cannot switch off what is no marketing, nor name a zone that is none', async () => {
    const put = async (body: object): Promise<string> => {
      const answer = await portico.request('PUT', path, { token: user, body, headers: { 'if-match': '*' } });
      return ((await answer.json()) as Schema<'Problem'>).code;
    };
    const body = { locale: null, timeZone: null, choices: [{ channel: 'sms', category: 'account', enabled: false }] };
    expect(await put(body)).toBe('validation-failed');
    expect(await put({ locale: null, timeZone: 'Mars/Olympus', choices: [] })).toBe('time-zone-unknown');
  });
});

describe('the link of a marketing mail', () => {
  const visit = async (method: string, url: string, init: object = {}): Promise<[number, string]> => {
    const answer = await portico.request(method, url.replace('https://portico.example', ''), init);
    return [answer.status, await answer.text()];
  };

  test('shows, stops at one click, again at the second, and other mails go on', async () => {
    const email = 'reader@example.com';
    const { id } = await send('offer.mail', { kind: 'email', email });
    const { message } = await call<Schema<'MessageHistory'>>('GET', `/api/v1/messages/${id}`);
    const url = /https:\S+/.exec(message.text ?? '')?.[0] ?? '';
    const suppressed = async () =>
      (await call<Schema<'SuppressionPage'>>('GET', `/api/v1/suppressions?address=${email}`)).items;

    const [status, page] = await visit('GET', url);
    expect([status, page]).toEqual([200, expect.stringContaining('<form method="post">')]);
    expect([page.includes('r…@example.com'), page.includes(email), await suppressed()]).toEqual([true, false, []]);

    // What mail programs send (RFC 8058): no cookie, no token, a form in either encoding.
    const oneClick = {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    };
    const first = await visit('POST', url, oneClick);
    expect(first).toEqual([200, expect.stringContaining('Unsubscribed')]);
    expect(
      await visit('POST', url, { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' }),
    ).toEqual(first);
    expect(await suppressed()).toMatchObject([
      { category: 'marketing', reason: 'unsubscribed by the link in a message' },
    ]);
    expect(await visit('GET', url)).toEqual(first);

    expect(await stateOf((await send('offer.mail', { kind: 'email', email })).id)).toBe('suppressed');
    expect(await stateOf((await send('account.mail', { kind: 'email', email })).id)).toBe('sent');
  });

  test.each(['GET', 'POST'])('is refused by %s when a character is changed', async (method) => {
    const { id } = await send('offer.mail', { kind: 'email', email: 'other@example.com' });
    const url = portico.portico.notifications.unsubscribeUrl(id);
    const changed = `${url.slice(0, -3)}${url.at(-3) === 'A' ? 'B' : 'A'}${url.slice(-2)}`;
    expect(await visit(method, changed)).toEqual([404, expect.stringContaining('not-found')]);
    expect(await visit(method, portico.portico.notifications.unsubscribeUrl(newId()))).toEqual([
      404,
      expect.anything(),
    ]);
  });
});

describe('marketing that was stopped outside the preferences', () => {
  const path = '/api/v1/notification-preferences';
  const own = async (): Promise<{ etag: string; off: string[] }> => {
    const answer = await portico.request('GET', path, { token: user });
    const { choices } = (await answer.json()) as Schema<'NotificationPreferences'>;
    const off = choices.filter(({ enabled }) => !enabled).map(({ channel, category }) => `${channel}:${category}`);
    return { etag: answer.headers.get('etag') ?? '', off: off.filter((one) => one.startsWith('email')) };
  };
  const choose = (etag: string, ...choices: object[]) => {
    const body = { locale: null, timeZone: null, choices };
    return portico.request('PUT', path, { token: user, body, headers: { 'if-match': etag } });
  };
  const promotions = (enabled: boolean) => ({ channel: 'email', category: 'promotions', enabled });
  const offered = async (): Promise<string> => stateOf((await send('offer.mail', { kind: 'user', userId })).id);
  const unsubscribe = async (): Promise<void> => {
    const { id } = await send('offer.mail', { kind: 'user', userId });
    const link = portico.portico.notifications.unsubscribeUrl(id).replace('https://portico.example', '');
    expect((await portico.request('POST', link)).status).toBe(200);
  };

  test('is shown as switched off, and comes again for what is named as wanted', async () => {
    expect((await choose('*')).status).toBe(200);
    const { etag: before } = await own();
    await unsubscribe();
    const { etag, off } = await own();
    expect(off).toEqual(['email:promotions', 'email:news', 'email:reminders']);
    // Who has not seen that it was stopped cannot undo it.
    expect((await choose(before, promotions(true))).status).toBe(412);
    // To name nothing, or something else, is no wish.
    expect((await choose(etag)).status).toBe(200);
    expect((await choose((await own()).etag, { channel: 'sms', category: 'news', enabled: true })).status).toBe(200);
    expect([(await own()).off, await offered()]).toEqual([off, 'suppressed']);

    expect((await choose((await own()).etag, promotions(true))).status).toBe(200);
    expect([(await own()).off, await offered()]).toEqual([['email:news', 'email:reminders'], 'sent']);
    await unsubscribe();
    expect([(await own()).off, await offered()]).toEqual([off, 'suppressed']);
    expect((await choose((await own()).etag, promotions(true))).status).toBe(200);
    expect(await offered()).toBe('sent');
  });

  test.each([
    ['complained', 'marketing'],
    ['gone', 'all'],
  ] as const)('because the recipient is %s stays so, whatever they wish', async (recipient, category) => {
    await unsubscribe();
    const reference = newId();
    await portico.owner.query(
      {
        name: 'test.insert_attempt',
        text: `insert into notifications.attempts (id, message_id, number, provider, request_key, started_at)
          select $1, id, 9, 'sandbox', $1, now() from notifications.messages where user_id = $2 and channel = 'email' limit 1`,
      },
      [reference, userId],
    );
    await portico.portico.notifications.recordReports('sandbox', [
      {
        ...{ eventKey: newId(), providerMessageId: newId(), reference, state: 'delivered', recipient },
        occurredAt: new Date(),
      },
    ]);
    await choose((await own()).etag, promotions(true));
    expect(await offered()).toBe('suppressed');
    const { items } = await call<Schema<'SuppressionPage'>>('GET', `/api/v1/suppressions?address=${account?.email}`);
    expect(items).toMatchObject([{ category }]);
    for (const { id } of items) await portico.request('DELETE', `/api/v1/suppressions/${id}`, { token: admin });
  });
});

test('a text back to the sandbox stops and starts', async () => {
  const phone = '+989350000099';
  const hear = (text: string) =>
    call<Schema<'InboundMessageEffect'>>('POST', '/api/v1/sandbox/inbound-messages', { body: { from: phone, text } });
  const offered = async (): Promise<string> => stateOf((await send('offer.sms', { kind: 'phone', phone })).id);
  expect([await hear('STOP'), await offered()]).toEqual([{ asked: 'stop' }, 'suppressed']);
  expect([await hear('what?'), await hear('start'), await offered()]).toEqual([
    { asked: 'nothing' },
    { asked: 'start' },
    'sent',
  ]);
});
