/** Whole messages through real adapters: the vendors' wire protocols on one side, the API on the other. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  kavenegarAccount,
  startKavenegarSimulator,
} from '../../../contract-tests/ports/simulators/kavenegar-simulator.ts';
import type { KavenegarSimulator } from '../../../contract-tests/ports/simulators/kavenegar-simulator.ts';
import { startTwilioSimulator } from '../../../contract-tests/ports/simulators/twilio-simulator.ts';
import type { TwilioCallback, TwilioSimulator } from '../../../contract-tests/ports/simulators/twilio-simulator.ts';
import { startVonageSimulator, vonageAccount } from '../../../contract-tests/ports/simulators/vonage-simulator.ts';
import type { VonageSimulator } from '../../../contract-tests/ports/simulators/vonage-simulator.ts';
import type { Schema } from '../../contract/handlers.ts';
import { statement } from '../../database/transaction.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { until } from '../../testing/until.ts';
import { queueOne, twilioSettings } from './one-message.fixture.ts';

const token = 'a-token-that-only-the-vendor-knows';
/** Callers reach it there; TLS ends at a proxy, and what Portico itself sees is http on another port. */
const publicUrl = 'https://portico.example';
const form = 'application/x-www-form-urlencoded';

let twilio: TwilioSimulator;
let kavenegar: KavenegarSimulator;
let vonage: VonageSimulator;
let portico: TestPortico;
/** What the clock shows beyond the present, in milliseconds. */
let ahead = 0;

beforeEach(async () => {
  ahead = 0;
  [twilio, kavenegar, vonage] = await Promise.all([
    startTwilioSimulator(),
    startKavenegarSimulator(),
    startVonageSimulator(),
  ]);
});
afterEach(async () => {
  await portico.close();
  await Promise.all([twilio, kavenegar, vonage].map((simulator) => simulator.close()));
});

async function start(providers: string): Promise<void> {
  portico = await startPortico({
    clock: { now: () => new Date(Date.now() + ahead) },
    environment: {
      SMS_PROVIDERS: providers,
      PUBLIC_URL: publicUrl,
      ...twilioSettings(twilio),
      KAVENEGAR_API_KEY: kavenegarAccount.apiKey,
      KAVENEGAR_SENDER: kavenegarAccount.sender,
      KAVENEGAR_URL: kavenegar.url,
      KAVENEGAR_WEBHOOK_TOKENS: token,
      VONAGE_API_KEY: vonageAccount.apiKey,
      VONAGE_API_SECRET: vonageAccount.apiSecret,
      VONAGE_FROM: vonageAccount.from,
      VONAGE_URL: vonage.url,
      VONAGE_WEBHOOK_TOKENS: token,
    },
  });
}

/** Queues one message and runs what is due. @returns how to look at it */
async function send(): Promise<() => Promise<Schema<'MessageHistory'>>> {
  const find = await queueOne(portico, { channel: 'sms', address: '+989121234567' });
  await portico.runJobs();
  const id = (await find())?.id;
  return () => get(`/api/v1/messages/${id}`);
}

function get<Body>(path: string): Promise<Body> {
  return succeed(createApiCaller(portico, portico.tokenFor('staff'))<Body>('GET', path));
}

/** Delivers a callback as the proxy would pass it on. @returns the status of the answer */
async function push({ url, body, signature }: TwilioCallback): Promise<number> {
  const headers = { 'content-type': `${form}; charset=UTF-8`, 'x-twilio-signature': signature };
  return (await portico.request('POST', url.replace(publicUrl, ''), { headers, body })).status;
}

const countReports = statement<{ count: number }>(
  'test.count_reports',
  'select count(*) as count from notifications.reports',
);

async function reports(): Promise<number> {
  return (await portico.owner.query(countReports))[0]?.count ?? 0;
}

async function metric(series: string): Promise<number> {
  const text = await (await portico.request('GET', '/metrics')).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length) ?? 0,
  );
}

describe('Twilio', () => {
  test('a signed callback settles its message once, however often it comes; a forged one leaves a count', async () => {
    await start('twilio');
    const look = await send();
    const [taken] = twilio.messages;
    if (taken === undefined) throw new Error('nothing was sent');
    expect(await look()).toMatchObject({ message: { state: 'sent' } });
    const delivered = twilio.callback(taken, 'delivered');
    expect(await push({ ...delivered, signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' })).toBe(403);
    expect(await push({ ...delivered, url: delivered.url.replace(/[^/]+$/, randomUUID()) })).toBe(403);
    expect(await push({ ...delivered, body: delivered.body.replace('delivered', 'failed') })).toBe(403);
    expect([await reports(), await metric('portico_pushed_reports_total{provider="twilio",verdict="forged"}')]).toEqual(
      [0, 3],
    );

    const all = [twilio.callback(taken, 'sent'), delivered, twilio.callback(taken, 'queued'), delivered];
    expect(await Promise.all(all.map(push))).toEqual([204, 204, 204, 204]);
    expect(await look()).toMatchObject({ message: { state: 'delivered' } });
    expect(await reports()).toBe(3);
  });

  test('a lost answer is unknown: never sent again, by nobody, until a report tells', async () => {
    await start('twilio,kavenegar');
    twilio.trouble = 'lose-answer';
    const look = await send();
    await portico.runJobs();
    expect(await look()).toMatchObject({
      message: { state: 'unknown', reason: 'answer-lost', attempts: 1, nextAttemptAt: null },
    });
    expect([twilio.messages.length, kavenegar.messages.length]).toEqual([1, 0]);

    twilio.trouble = 'none';
    const [taken] = twilio.messages;
    if (taken === undefined) throw new Error('nothing was sent');
    expect(await push(twilio.callback(taken, 'delivered'))).toBe(204);
    expect(await look()).toMatchObject({ message: { state: 'delivered' }, reports: [{ previousState: 'unknown' }] });
  });

  test('a callback that overtakes the answer waits for nothing', async () => {
    await start('twilio');
    twilio.trouble = 'fall-silent';
    const find = await queueOne(portico, { channel: 'sms', address: '+989121234567' });
    const sending = portico.runJobs();
    await until(() => twilio.requests.length > 0);
    const statusCallback = new URLSearchParams(twilio.requests[0]?.body).get('StatusCallback') ?? '';
    const taken = { sid: 'SM0099', to: '+989121234567', text: 'Hello', statusCallback, validityPeriod: undefined };
    expect(await push(twilio.callback(taken, 'delivered'))).toBe(204);
    const found = await find();
    expect(found?.state).toBe('delivered');
    await twilio.close();
    await sending;
    expect(await get(`/api/v1/messages/${found?.id}`)).toMatchObject({ message: { state: 'delivered' } });
    twilio = await startTwilioSimulator();
  });
});

describe('failover', () => {
  test('429 with Retry-After: the other one takes over, the pause is kept and shown, no attempt is used up', async () => {
    await start('twilio,kavenegar');
    twilio.trouble = 'too-fast';
    const look = await send();
    const again = await send();
    expect(await look()).toMatchObject({ message: { state: 'sent', provider: 'kavenegar', attempts: 1 } });
    expect(await again()).toMatchObject({ message: { provider: 'kavenegar' } });
    expect([twilio.requests.length, kavenegar.messages.length]).toEqual([1, 2]);
    const { providers } = await get<Schema<'MessageProviders'>>('/api/v1/message-providers');
    const [first, second] = providers;
    expect(first).toMatchObject({
      name: 'twilio',
      deduplicates: false,
      reports: 'pushed',
      recent: { throttled: 1, accepted: 0 },
    });
    expect(second).toMatchObject({ name: 'kavenegar', deduplicates: true, reports: 'both', recent: { accepted: 2 } });
    const until = Date.parse(first?.pauses[0]?.until ?? '') - Date.now();
    expect(until).toBeGreaterThan(240_000);
    expect(until).toBeLessThan(301_000);
  });

  test('an outage, and a used-up credit that somebody hears of, lead to the next one', async () => {
    await start('kavenegar,twilio,vonage');
    kavenegar.trouble = 'reject';
    kavenegar.refusal = 418;
    twilio.trouble = 'http-503';
    const look = await send();
    const { message, attempts } = await look();
    expect(message).toMatchObject({ state: 'sent', provider: 'vonage' });
    expect(attempts.map(({ provider, code }) => [provider, code])).toEqual([
      ['kavenegar', 'kavenegar-418'],
      ['twilio', 'twilio-http-503'],
      ['vonage', null],
    ]);
    expect(await metric('portico_vendor_alarms_total{vendor="kavenegar",kind="misconfigured"}')).toBe(1);
    expect(JSON.stringify(portico.lines)).not.toContain(kavenegarAccount.apiKey);
  });

  test('a bad number is nobody else’s business', async () => {
    await start('twilio,kavenegar');
    twilio.trouble = 'reject';
    const look = await send();
    expect(await look()).toMatchObject({ message: { state: 'dead', reason: 'twilio-21211' } });
    expect(kavenegar.requests).toHaveLength(0);
  });
});

describe('Kavenegar', () => {
  test('a push is a reason to ask, whatever it claims; with another token it is refused', async () => {
    await start('kavenegar');
    const look = await send();
    const [taken] = kavenegar.messages;
    if (taken === undefined) throw new Error('nothing was sent');
    const claim = { headers: { 'content-type': form }, body: `messageid=${taken.messageid}&status=11` };
    const elsewhere = `${token.slice(0, -1)}X`;
    expect((await portico.request('POST', `/api/v1/webhooks/kavenegar/${elsewhere}`, claim)).status).toBe(403);
    await portico.runJobs();
    expect(kavenegar.requests).toHaveLength(1);

    taken.status = 10;
    const answer = await portico.request('POST', `/api/v1/webhooks/kavenegar/${token}`, claim);
    expect([answer.status, await answer.json()]).toEqual([200, { received: true }]);
    await portico.runJobs();
    expect(await look()).toMatchObject({ message: { state: 'delivered' }, reports: [{ code: '10' }] });
    expect(JSON.stringify(portico.lines)).not.toContain(token);
  });

  test('a lost answer is asked for again under the same localid: one message', async () => {
    await start('kavenegar');
    kavenegar.trouble = 'lose-answer';
    const look = await send();
    expect(await look()).toMatchObject({ message: { state: 'unknown', provider: 'kavenegar' } });
    kavenegar.trouble = 'none';
    ahead = 60_000;
    const another = await send();
    expect(await look()).toMatchObject({ message: { state: 'sent', attempts: 2 } });
    expect(await another()).toMatchObject({ message: { state: 'sent' } });
    expect([kavenegar.requests.length, kavenegar.messages.length]).toEqual([3, 2]);
  });
});

describe('Vonage', () => {
  test('its receipt finds the message by client-ref, as JSON or as a form', async () => {
    await start('vonage');
    const looks = [await send(), await send()];
    const bodies = vonage.messages.map((message) => vonage.receipt(message, 'delivered'));
    const path = `/api/v1/webhooks/vonage/${token}`;
    const statuses = [
      await portico.request('POST', path, { body: bodies[0] }),
      await portico.request('POST', path, {
        headers: { 'content-type': form },
        body: new URLSearchParams(bodies[1]).toString(),
      }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([204, 204]);
    for (const look of looks) expect(await look()).toMatchObject({ message: { state: 'delivered' } });
  });
});
