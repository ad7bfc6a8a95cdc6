import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Schema } from '../../contract/handlers.ts';
import { newId } from '../../shared/id.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { openRaw } from '../../testing/raw-http.ts';
import { until } from '../../testing/until.ts';
import { fileOf, range } from './rewards.fixture.ts';
import { seedMembers } from './seed-members.ts';
import { demoPhone } from '../../shared/demo-phone.ts';

type Campaign = Schema<'BonusCampaign'>;
type Import = Schema<'BonusImport'>;

let portico: TestPortico;
let staff: string;
let campaign: Campaign;
const users = range(0, 3_000).map(() => newId());

beforeAll(async () => {
  portico = await startPortico();
  staff = portico.tokenFor('staff');
  await portico.database.transaction((tx) =>
    seedMembers(tx, { userIds: users, phones: users.map((_, index) => demoPhone(index)) }),
  );
});
afterAll(() => portico.close());
beforeEach(async () => {
  const answer = await createCampaign();
  campaign = (await answer.json()) as Campaign;
});

const usual = {
  name: 'Nowruz gift',
  coins: 50,
  periodPolicy: 'once',
  messageTemplate: 'You got {coins} coins from {campaign}.',
  defaultRegion: 'IR',
};
const createCampaign = (changes: object = {}, headers: Record<string, string> = {}) =>
  portico.request('POST', '/api/v1/bonus-campaigns', { token: staff, headers, body: { ...usual, ...changes } });
const upload = (body: string | Uint8Array, headers: Record<string, string> = {}, query = '') =>
  portico.request('POST', `/api/v1/bonus-campaigns/${campaign.id}/imports${query}`, {
    token: staff,
    headers: { 'content-type': 'text/csv', ...headers },
    body,
  });
const get = (path: string, token = staff) => portico.request('GET', path, { token });
const problemOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

describe('Campaigns', () => {
  it('are created, read and listed, the newest first', async () => {
    const answer = await createCampaign({ windowSeconds: 600, claimUntil: '2100-01-01T00:00:00Z' });
    const created = (await answer.json()) as Campaign;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/v1/bonus-campaigns/${created.id}`);
    expect(created).toMatchObject({
      ...usual,
      windowSeconds: 600,
      claimUntil: '2100-01-01T00:00:00.000Z',
      coinsGranted: 0,
    });
    expect(await (await get(`/api/v1/bonus-campaigns/${created.id}`)).json()).toEqual(created);

    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await get(`/api/v1/bonus-campaigns?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const { items, nextCursor } = (await page.json()) as Schema<'BonusCampaignPage'>;
      seen.push(...items.map(({ id }) => id));
      cursor = nextCursor;
    }
    expect(seen.slice(0, 2)).toEqual([created.id, campaign.id]);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('may be claimed until the end of time, wherever it is named', async () => {
    const answer = await createCampaign({ claimUntil: '9999-12-31T23:59:59-12:00' });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ claimUntil: '9999-12-31T23:59:59.999Z' });
  });

  it('are created once per idempotency key, and another content under it is refused', async () => {
    const headers = { 'idempotency-key': newId() };
    const first = await createCampaign({ name: 'Yalda' }, headers);
    const again = await createCampaign({ name: 'Yalda' }, headers);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
    const other = await createCampaign({ name: 'Yalda', coins: 51 }, headers);
    expect([other.status, await problemOf(other)]).toEqual([422, 'idempotency-key-reused']);
    const named = await portico.owner.query<{ count: number }>({
      name: '',
      text: `select count(*) as count from rewards.bonus_campaigns where name = 'Yalda'`,
    });
    expect(named).toEqual([{ count: 1 }]);
  });

  it.each([
    [{ defaultRegion: 'ZZ' }, 409, 'region-unknown'],
    [{ claimUntil: '2020-01-01T00:00:00Z' }, 409, 'claim-end-passed'],
    [{ name: 'x'.repeat(100), messageTemplate: '{campaign}'.repeat(10) }, 409, 'message-too-long'],
    [{ messageTemplate: 'Hello {name}' }, 400, 'validation-failed'],
    [{ messageTemplate: ' ' }, 400, 'validation-failed'],
    [{ coins: 0 }, 400, 'validation-failed'],
    [{ coins: 1.5 }, 400, 'validation-failed'],
    [{ periodPolicy: 'daily' }, 400, 'validation-failed'],
  ])('%j is %i %s', async (changes, status, code) => {
    const answer = await createCampaign(changes);
    expect([answer.status, await problemOf(answer)]).toEqual([status, code]);
  });
});

describe('An upload', () => {
  it('becomes coins, messages and a file of rejects', async () => {
    const file = `phone\r\n${fileOf(range(0, 2_000))}${demoPhone(5)}\n02188776655\n=cmd()\n${demoPhone(9_999)}\n`;
    const answer = await upload(file);
    const accepted = (await answer.json()) as Import;
    expect(answer.status).toBe(202);
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe(`/api/v1/bonus-imports/${accepted.id}`);
    expect(accepted).toMatchObject({
      status: 'crediting',
      lines: 2_004,
      hasHeader: true,
      phoneColumn: 1,
      windowStart: campaign.currentWindowStart,
      sha256: createHash('sha256').update(file).digest('hex'),
      bytes: Buffer.byteLength(file),
      counts: { credited: 0, pending: 0, duplicate: 0, malformed: 2, expired: 0, remaining: 2_002 },
    });

    await portico.runJobs();
    const done = (await (await get(location)).json()) as Import;
    expect(done).toMatchObject({
      status: 'finished',
      progressPercent: 100,
      counts: { credited: 2_000, pending: 1, duplicate: 1, malformed: 2, expired: 0, remaining: 0 },
    });
    expect(done.messages).toMatchObject({ total: 2_000, waiting: 0, failed: 0, unknown: 0 });

    const rejects = await get(`${location}/rejects`);
    expect(rejects.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(rejects.headers.get('content-disposition')).toBe(`attachment; filename="rejects-${done.id}.csv"`);
    expect(await rejects.text()).toBe(
      `line,reason,text\r\n2003,not-mobile,"02188776655"\r\n2004,not-a-number,"'=cmd()"\r\n`,
    );

    const listed = await get(`/api/v1/bonus-campaigns/${campaign.id}/imports?sha256=${done.sha256}`);
    expect(await listed.json()).toEqual({ items: [done], nextCursor: null });
    const none = await get(`/api/v1/bonus-campaigns/${campaign.id}/imports?sha256=${'0'.repeat(64)}`);
    expect(await none.json()).toEqual({ items: [], nextCursor: null });
    expect(await (await get(`/api/v1/bonus-campaigns/${campaign.id}`)).json()).toMatchObject({ coinsGranted: 100_000 });

    const owner = portico.tokenFor({ userId: users[7] ?? '' });
    expect(await (await get('/api/v1/wallet', owner)).json()).toEqual({ balance: 50 });
    const entries = (await (await get('/api/v1/wallet/entries', owner)).json()) as Schema<'WalletEntryPage'>;
    expect(entries.items).toEqual([
      expect.objectContaining({ amount: 50, kind: 'bonus', campaignName: 'Nowruz gift' }),
    ]);
    const proof = await get('/api/v1/wallet-reconciliation', portico.tokenFor('admin'));
    expect(await proof.json()).toMatchObject({ consistent: true, differenceCount: 0, differences: [] });
  });

  it('is the same import when it is sent again, also compressed', async () => {
    const file = fileOf(range(0, 50));
    const [first, second] = await Promise.all([upload(file), upload(gzipSync(file), { 'content-encoding': 'gzip' })]);
    expect([first.status, second.status].sort()).toEqual([200, 202]);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    await Promise.all([first.body?.cancel(), second.body?.cancel()]);
    await portico.runJobs();
    const again = await upload(file);
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ status: 'finished', counts: { credited: 50 } });
  });

  it.each([
    ['blank', '\n\n', {}, 409, 'import-empty'],
    ['binary', Buffer.from([0x89, 0x50, 0, 1]), {}, 409, 'import-not-text'],
    ['of another type', '{}', { 'content-type': 'application/json' }, 415, 'unsupported-media-type'],
    ['compressed in a way nobody knows', 'x', { 'content-encoding': 'br' }, 415, 'unsupported-media-type'],
    ['a gzip bomb', gzipSync(Buffer.alloc(80_000_000, 'x')), { 'content-encoding': 'gzip' }, 413, 'payload-too-large'],
    [
      'a bomb of blank lines',
      gzipSync(Buffer.alloc(60_000_000, '\n')),
      { 'content-encoding': 'gzip' },
      409,
      'import-too-long',
    ],
    ['broken gzip', 'not gzip', { 'content-encoding': 'gzip' }, 400, 'malformed-request'],
    ['too long', 'x\n'.repeat(1_000_001), {}, 409, 'import-too-long'],
  ])('that is %s is refused', async (_, body, headers, status, code) => {
    const answer = await upload(body, headers);
    expect([answer.status, await problemOf(answer)]).toEqual([status, code]);
    const { items } = (await (
      await get(`/api/v1/bonus-campaigns/${campaign.id}/imports`)
    ).json()) as Schema<'BonusImportPage'>;
    expect(items).toEqual([]);
  });

  it('into a window that is not open is refused', async () => {
    const answer = await upload(fileOf([1]), {}, '?windowStart=2100-01-01T00:00:00Z');
    expect([answer.status, await problemOf(answer)]).toEqual([409, 'window-not-open']);
  });

  it('of two gigabytes is refused before it is sent', async () => {
    const connection = await openRaw(portico.port);
    connection.write(head(2_147_483_648));
    const answer = await connection.answer();
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      413,
      expect.objectContaining({ code: 'payload-too-large' }),
    ]);
    connection.close();
  });

  it('that breaks off leaves nothing, and the whole file afterwards is new', async () => {
    const file = fileOf(range(0, 3_000));
    const connection = await openRaw(portico.port);
    connection.write(head(Buffer.byteLength(file)));
    connection.write(file.slice(0, file.length / 2));
    await until(async () => (await stagingConnections()) === 1);
    connection.close();
    await until(async () => (await stagingConnections()) === 0);
    const rows = await portico.owner.query<{ count: number }>({
      name: '',
      text: 'select count(*) as count from rewards.bonus_rows r where not exists (select from rewards.bonus_imports i where i.id = r.import_id)',
    });
    expect(rows).toEqual([{ count: 0 }]);
    expect((await upload(file)).status).toBe(202);
  });

  it('does not take what other requests need, however slow its sender is', async () => {
    const slow = await Promise.all(range(0, 4).map(() => openRaw(portico.port)));
    for (const [n, connection] of slow.entries()) {
      connection.write(head(1_000));
      connection.write(`0912000000${n}\n`);
    }
    await until(async () => (await stagingConnections()) === 4);
    const refused = await upload(fileOf([1]));
    expect([refused.status, await problemOf(refused), refused.headers.get('retry-after')]).toEqual([
      503,
      'unavailable',
      '10',
    ]);
    const answers = await Promise.all(range(0, 40).map(() => get(`/api/v1/bonus-campaigns/${campaign.id}`)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    for (const connection of slow) connection.close();
    await until(async () => (await stagingConnections()) === 0);
    expect((await upload(fileOf([1]))).status).toBe(202);
  });
});

describe('Following an import', () => {
  it('tells every state until it is finished', async () => {
    const accepted = (await (await upload(fileOf(range(0, 1_500)))).json()) as Import;
    const stream = await get(`/api/v1/bonus-imports/${accepted.id}/events`);
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const [text] = await Promise.all([stream.text(), portico.runJobs()]);
    const events = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data = '']) => ({
      event,
      state: JSON.parse(data) as Import,
    }));
    expect(events[0]).toMatchObject({ event: 'progress', state: { status: 'crediting' } });
    expect(events.at(-1)).toMatchObject({ event: 'finished', state: { status: 'finished', messages: { waiting: 0 } } });
    // Plain answers are checked against the contract on their way out; an event must be one of them.
    const plain = (await (await get(`/api/v1/bonus-imports/${accepted.id}`)).json()) as Import;
    expect({ ...events.at(-1)?.state, messages: plain.messages }).toEqual(plain);
    const remaining = events.map(({ state }) => state.counts.remaining);
    expect(remaining).toEqual([...remaining].sort((a, b) => b - a));
  });

  it('is cancelled and resumed', async () => {
    const { id } = (await (await upload(fileOf(range(0, 2_500)))).json()) as Import;
    const act = (what: string) => portico.request('POST', `/api/v1/bonus-imports/${id}/${what}`, { token: staff });
    expect(await (await act('cancel')).json()).toMatchObject({ status: 'cancelled', counts: { remaining: 2_500 } });
    await portico.runJobs();
    expect(await (await get(`/api/v1/bonus-imports/${id}`)).json()).toMatchObject({ status: 'cancelled' });
    expect(await (await act('resume')).json()).toMatchObject({ status: 'crediting' });
    await portico.runJobs();
    expect(await (await get(`/api/v1/bonus-imports/${id}`)).json()).toMatchObject({
      status: 'finished',
      counts: { credited: 2_500 },
    });
    const late = await act('cancel');
    expect([late.status, await problemOf(late)]).toEqual([409, 'import-finished']);
  });
});

describe('A number without an account', () => {
  it('is credited when its owner signs up with it', async () => {
    const phone = '+989351112233';
    await upload(`${phone}\n`);
    await portico.runJobs();
    const password = 'quiet rivers carry old songs';
    const registered = await portico.request('POST', '/api/v1/auth/register/phone', {
      body: { phone, password, gender: 'female', age: 29 },
    });
    const { userId } = (await registered.json()) as { userId: string };
    await portico.runJobs();
    const inbox = await get(`/api/v1/sandbox/messages?address=${encodeURIComponent(phone)}`);
    const [sms] = ((await inbox.json()) as { items: { text: string }[] }).items;
    const code = /\b\d{6}\b/.exec(sms?.text ?? '')?.[0];
    const verified = await portico.request('POST', '/api/v1/auth/verify-phone', { body: { userId, phone, code } });
    expect(verified.status).toBe(200);
    await portico.runJobs();
    expect(await (await get('/api/v1/wallet', portico.tokenFor({ userId }))).json()).toEqual({ balance: 50 });
    const told = await get(`/api/v1/sandbox/messages?address=${encodeURIComponent(phone)}`);
    expect(((await told.json()) as { items: { text: string }[] }).items[0]?.text).toBe(
      'You got 50 coins from Nowruz gift.',
    );
  });
});

describe('Access', () => {
  it.each([
    ['GET', `/api/v1/bonus-campaigns/${newId()}`],
    ['GET', `/api/v1/bonus-campaigns/${newId()}/imports`],
    ['GET', `/api/v1/bonus-imports/${newId()}`],
    ['GET', `/api/v1/bonus-imports/${newId()}/rejects`],
    ['GET', `/api/v1/bonus-imports/${newId()}/events`],
    ['POST', `/api/v1/bonus-imports/${newId()}/cancel`],
    ['POST', `/api/v1/bonus-imports/${newId()}/resume`],
  ])('%s %s is 404 when it does not exist', async (method, path) => {
    const answer = await portico.request(method, path, { token: staff });
    expect([answer.status, await problemOf(answer)]).toEqual([404, 'not-found']);
  });

  it('shows only one’s own wallet, and refuses another’s cursor', async () => {
    const [mine, theirs] = [portico.tokenFor({ userId: users[1] ?? '' }), portico.tokenFor({ userId: users[2] ?? '' })];
    await upload(fileOf([1, 2]));
    campaign = (await (await createCampaign()).json()) as Campaign;
    await upload(fileOf([1, 2]));
    await portico.runJobs();
    const page = (await (await get('/api/v1/wallet/entries?limit=1', mine)).json()) as Schema<'WalletEntryPage'>;
    const foreign = await get(`/api/v1/wallet/entries?limit=1&cursor=${page.nextCursor ?? ''}`, theirs);
    expect([foreign.status, await problemOf(foreign)]).toEqual([400, 'invalid-cursor']);
    const { balance } = (await (await get('/api/v1/wallet', mine)).json()) as Schema<'Wallet'>;
    const all = (await (await get('/api/v1/wallet/entries?limit=100', mine)).json()) as Schema<'WalletEntryPage'>;
    expect(all.items.reduce((sum, { amount }) => sum + amount, 0)).toBe(balance);
    expect(await (await get('/api/v1/wallet', portico.tokenFor('user'))).json()).toEqual({ balance: 0 });
  });
});

function head(length: number): string {
  return [
    `POST /api/v1/bonus-campaigns/${campaign.id}/imports HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${staff}`,
    'Content-Type: text/csv',
    `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');
}

/** Uploads that hold a connection. */
async function stagingConnections(): Promise<number> {
  const [found] = await portico.owner.query<{ count: number }>({
    name: '',
    text: `select count(*) as count from pg_stat_activity where datname = current_database() and query like 'copy rewards.bonus_rows%' and state = 'active'`,
  });
  return found?.count ?? Number.NaN;
}
