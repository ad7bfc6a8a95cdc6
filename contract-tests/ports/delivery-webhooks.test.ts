/** What vendors push, as they really send it: proofs, states, early and odd ones. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSendpulseWebhook } from '../../adapters/email/sendpulse-webhook.ts';
import { createKavenegarLookup } from '../../adapters/sms/kavenegar-lookup.ts';
import { createKavenegarWebhook } from '../../adapters/sms/kavenegar-webhook.ts';
import { createKavenegarSmsSender } from '../../adapters/sms/kavenegar.ts';
import { createTwilioWebhook, isTwilioSignature } from '../../adapters/sms/twilio-webhook.ts';
import { isVonageSignature } from '../../adapters/sms/vonage-signature.ts';
import type { VonageSignatureMethod } from '../../adapters/sms/vonage-signature.ts';
import { createVonageWebhook } from '../../adapters/sms/vonage-webhook.ts';
import type { PushVerdict } from '../../src/ports/delivery-webhook.ts';
import { freePort } from '../../src/database/embedded-server.ts';
import { kavenegarAccount, startKavenegarSimulator } from './simulators/kavenegar-simulator.ts';
import type { KavenegarSimulator } from './simulators/kavenegar-simulator.ts';
import { startTwilioSimulator, twilioAccount } from './simulators/twilio-simulator.ts';
import type { TwilioSimulator } from './simulators/twilio-simulator.ts';
import { startVonageSimulator } from './simulators/vonage-simulator.ts';
import type { VonageSimulator } from './simulators/vonage-simulator.ts';
import { createTestWatch } from './test-watch.ts';
import type { TestWatch } from './test-watch.ts';

const tokens = ['a-token-that-only-the-vendor-knows', 'its-predecessor-until-next-week-ok'];
const [token = ''] = tokens;
const form = 'application/x-www-form-urlencoded';
const forged = { verdict: 'forged' };
const genuine = (verdict: PushVerdict) => (verdict.verdict === 'genuine' ? verdict.reports : []);

let watch: TestWatch;
beforeEach(() => {
  watch = createTestWatch();
});

describe('Twilio', () => {
  const statusCallback = (key: string): string => `https://portico.example/api/v1/webhooks/twilio/${key}`;
  let simulator: TwilioSimulator;
  const reference = randomUUID();
  const message = {
    ...{ sid: 'SM0001', to: '+989121234567', text: 'x', validityPeriod: undefined },
    statusCallback: statusCallback(reference),
  };
  beforeEach(async () => {
    simulator = await startTwilioSimulator();
  });
  afterEach(() => simulator.close());

  function judge(
    status: string,
    changes: { fields?: Record<string, string>; key?: string; body?: string } = {},
  ): PushVerdict | Promise<PushVerdict> {
    const webhook = createTwilioWebhook({ ...twilioAccount, statusCallback, watch });
    const { body, signature } = simulator.callback(message, status, changes.fields);
    const raw = Buffer.from(changes.body ?? body);
    return webhook.judge({ raw, mediaType: form, key: changes.key ?? reference, signature });
  }

  test.each([
    ['queued', 'sent'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
    ['undelivered', 'undelivered'],
    ['failed', 'undelivered'],
  ])('%s is %s, under our reference', async (status, state) => {
    expect(await judge(status)).toMatchObject({
      verdict: 'genuine',
      reports: [{ eventKey: `SM0001:${status}`, providerMessageId: 'SM0001', reference, state }],
    });
  });

  test('fields that came up since are covered by the signature and do no harm', async () => {
    expect(await judge('delivered', { fields: { RawDlrDoneDate: '2611211015', Zebra: 'ü & =' } })).toMatchObject({
      verdict: 'genuine',
    });
  });

  test('a message that waited too long in the queue has expired', async () => {
    expect(await judge('failed', { fields: { ErrorCode: '30036' } })).toMatchObject({
      reports: [{ state: 'expired', code: 'twilio-30036' }],
    });
  });

  test('another reference, another field, another body, or no signature: forged', async () => {
    expect(await judge('delivered', { key: randomUUID() })).toEqual(forged);
    const { body } = simulator.callback(message, 'delivered');
    expect(await judge('delivered', { body: body.replace('delivered', 'undelivered') })).toEqual(forged);
    expect(await judge('delivered', { body: `${body}&Extra=1` })).toEqual(forged);
    const webhook = createTwilioWebhook({ ...twilioAccount, statusCallback, watch });
    expect(await webhook.judge({ raw: Buffer.from(body), mediaType: form, key: reference })).toEqual(forged);
  });

  test('a status that nobody mapped is taken, changes nothing, and raises an alarm', async () => {
    expect(await judge('teleported')).toEqual({ verdict: 'genuine', reports: [] });
    expect(watch.unmappings).toEqual([{ vendor: 'twilio', where: 'report', code: 'teleported' }]);
  });

  describe('signatures', () => {
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const fieldsFrom = (caller: string): URLSearchParams =>
      new URLSearchParams({
        ...{ CallSid: 'CA1234567890ABCDE', Caller: caller, Digits: '1234', From: caller, To: '+18005551212' },
      });

    test.each([
      ['+14158675309', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
      ['+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
    ])('fit the vector of %s', (caller, signature) => {
      expect(isTwilioSignature(signature, { authToken: '12345', url, fields: fieldsFrom(caller) })).toBe(true);
      expect(isTwilioSignature(signature, { authToken: '12346', url, fields: fieldsFrom(caller) })).toBe(false);
    });

    test('may be made with the port that goes without saying, and without it', () => {
      const signature = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';
      const withPort = url.replace('mycompany.com', 'mycompany.com:443');
      const fields = fieldsFrom('+14158675309');
      expect(isTwilioSignature(signature, { authToken: '12345', url: withPort, fields })).toBe(true);
    });

    test('a name that stands twice counts with its different values, sorted', () => {
      const twice = new URLSearchParams('B=2&A=z&B=1&B=2');
      const once = new URLSearchParams('A=z&B=1');
      const signed = { authToken: '12345', url };
      const known = 'ieGn9AU2qwI9O8WSABc94WSIMn8=';
      expect(isTwilioSignature(known, { ...signed, fields: twice })).toBe(true);
      expect(isTwilioSignature(known, { ...signed, fields: once })).toBe(false);
    });
  });
});

describe('Kavenegar', () => {
  let simulator: KavenegarSimulator;
  const { signal } = new AbortController();
  beforeEach(async () => {
    simulator = await startKavenegarSimulator();
  });
  afterEach(() => simulator.close());

  test('whatever it pushes is only a reason to ask', async () => {
    const webhook = createKavenegarWebhook({ tokens });
    const pushed = { raw: Buffer.from('messageid=8792343&status=10'), mediaType: form };
    for (const key of tokens) {
      expect(await webhook.judge({ ...pushed, key })).toEqual({ verdict: 'hint', providerMessageIds: ['8792343'] });
    }
    expect(await webhook.judge({ ...pushed, key: `${token}x` })).toEqual(forged);
    expect(await createKavenegarWebhook({ tokens: [] }).judge({ ...pushed, key: '' })).toEqual(forged);
    const odd = { raw: Buffer.from('messageid=1;drop&x'), mediaType: form, key: token };
    expect(await webhook.judge(odd)).toEqual({ verdict: 'hint', providerMessageIds: [] });
  });

  test.each([
    [1, 'sent'],
    [5, 'sent'],
    [6, 'undelivered'],
    [10, 'delivered'],
    [14, 'undelivered'],
    [50, undefined],
    [100, undefined],
  ])('asked, by its id and by our localid, status %i is %s', async (status, state) => {
    const account = { ...kavenegarAccount, watch, url: simulator.url };
    const sender = createKavenegarSmsSender(account);
    const [first, second] = [randomUUID(), randomUUID()];
    await sender.send({ reference: first, to: '+989121234567', text: 'x' }, { signal });
    await sender.send({ reference: second, to: '+989121234568', text: 'x' }, { signal });
    for (const message of simulator.messages) message.status = status;
    const [known, doubtful] = simulator.messages.map(({ messageid }) => String(messageid));
    const found = await createKavenegarLookup(account).find(
      [
        { reference: first, providerMessageId: known ?? '' },
        { reference: second, providerMessageId: null },
        { reference: randomUUID(), providerMessageId: null },
        { reference: randomUUID(), providerMessageId: '1' },
      ],
      { signal },
    );
    const told = [
      { providerMessageId: known, reference: first, state },
      { providerMessageId: doubtful, reference: second, state },
    ];
    expect(found).toMatchObject({ outcome: 'answered', reports: state === undefined ? [] : told });
    expect(watch.unmappings).toEqual([]);
  });

  test('an outage, or a key that is refused, is told as one', async () => {
    const asked = [{ reference: randomUUID(), providerMessageId: '1' }];
    const lookup = (changes: object) =>
      createKavenegarLookup({ ...kavenegarAccount, watch, url: simulator.url, ...changes });
    expect(await lookup({ url: `http://127.0.0.1:${await freePort()}` }).find(asked, { signal })).toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(await lookup({ apiKey: 'wrong' }).find(asked, { signal })).toEqual({ outcome: 'unavailable', code: '403' });
    expect(watch.misconfigurations).toEqual([{ vendor: 'kavenegar', code: '403' }]);
  });
});

describe('Vonage', () => {
  let simulator: VonageSimulator;
  const reference = randomUUID();
  const message = { id: '0A0000001234567B', to: '+447700900000', text: 'x', reference, ttl: undefined };
  beforeEach(async () => {
    simulator = await startVonageSimulator();
  });
  afterEach(() => simulator.close());

  test.each([
    ['accepted', 'sent'],
    ['buffered', 'sent'],
    ['delivered', 'delivered'],
    ['expired', 'expired'],
    ['failed', 'undelivered'],
    ['rejected', 'undelivered'],
  ])('%s is %s, as a form and as JSON', async (status, state) => {
    const webhook = createVonageWebhook({ tokens, watch });
    const receipt = simulator.receipt(message, status);
    for (const [mediaType, body] of [
      [form, new URLSearchParams(receipt).toString()],
      ['application/json', JSON.stringify(receipt)],
    ] as const) {
      expect(await webhook.judge({ raw: Buffer.from(body), mediaType, key: token })).toMatchObject({
        verdict: 'genuine',
        reports: [
          { eventKey: `${message.id}:${status}`, reference, state, occurredAt: new Date('2026-11-21T10:15:00Z') },
        ],
      });
    }
  });

  test('a network that does not know tells nothing new', async () => {
    const raw = Buffer.from(JSON.stringify(simulator.receipt(message, 'unknown')));
    const verdict = await createVonageWebhook({ tokens, watch }).judge({
      raw,
      mediaType: 'application/json',
      key: token,
    });
    expect(verdict).toEqual({ verdict: 'genuine', reports: [] });
    expect(watch.unmappings).toEqual([]);
  });

  test('once signing is on: unsigned, altered and foreign receipts are forged; without the token each is', async () => {
    const signature = { secret: 'a signature secret', method: 'sha256' } as const;
    const webhook = createVonageWebhook({ tokens, signature, watch });
    const judge = async (fields: object, key = token): Promise<string> =>
      (await webhook.judge({ raw: Buffer.from(JSON.stringify(fields)), mediaType: 'application/json', key })).verdict;
    const signed = simulator.receipt(message, 'delivered', signature.secret);
    expect(await judge(signed)).toBe('genuine');
    expect(await judge(signed, 'somebody-else')).toBe('forged');
    expect(await judge({ ...signed, status: 'failed' })).toBe('forged');
    expect(await judge(simulator.receipt(message, 'delivered'))).toBe('forged');
    expect(await judge(simulator.receipt(message, 'delivered', 'another'))).toBe('forged');
  });

  // Each was accepted by `verifySignature` of Vonage's own @vonage/sms.
  test.each<[VonageSignatureMethod, string]>([
    ['md5hash', 'd2b0c635f26bbff6284dca3369e84929'],
    ['md5', 'a0fcedfa4afac7f7c0d45d22141103a0'],
    ['sha1', '9f55394f915e409506c9f11d6701f99c23c53055'],
    ['sha256', 'b7437beeeaf6a7720ed473d342e92c4f54d85e0d63a825fcf50a0da9c12292ec'],
    [
      'sha512',
      '145034a06243d5fc82bb35a0d8afe0cbd9783ea4525a7b0d88deeab735f2cedd' +
        '34aa89591948f033eca635cad4516530e6c53ac885a28181532a78124e22eb61',
    ],
  ])('signatures fit the vector of %s', (method, sig) => {
    const fields = {
      ...{ msisdn: '447700900000', to: 'AcmeInc', 'network-code': '12345', messageId: '0A0000001234567B' },
      ...{ price: '0.03330000', status: 'delivered', scts: '2001011400', 'err-code': '0', 'api-key': 'abcd1234' },
      ...{ 'client-ref': 'a&b=c', 'message-timestamp': '2020-01-01 12:00:00', timestamp: '1582650446' },
      nonce: 'ec11dd3e-1e7f-4db5-9467-82b02cd223b9',
    };
    expect(isVonageSignature({ ...fields, sig }, { secret: 'secret', method })).toBe(true);
    expect(isVonageSignature({ ...fields, sig: sig.toUpperCase() }, { secret: 'secret', method })).toBe(true);
    expect(isVonageSignature({ ...fields, sig }, { secret: 'secrets', method })).toBe(false);
    expect(isVonageSignature(fields, { secret: 'secret', method })).toBe(false);
  });
});

describe('SendPulse', () => {
  const judge = (events: unknown, key = token): PushVerdict | Promise<PushVerdict> =>
    createSendpulseWebhook({ tokens, watch }).judge({
      ...{ raw: Buffer.from(typeof events === 'string' ? events : JSON.stringify(events)), key },
      mediaType: 'application/json',
    });

  test('half a minute of events: deliveries and bounces count, under both names of their fields', async () => {
    const timestamp = 1_700_000_000;
    const delivered = { event: 'delivered', timestamp, message_id: 'pzkic9-0afezp-fc', recipient: 'a@example.com' };
    const refused = { ...delivered, event: 'undelivered', message_id: 4_711, smtp_server_response_code: 550 };
    const bounced = { event: 'hard_bounces', timestamp, task_id: 4_712, email: 'b@example.com' };
    const others = [
      { ...delivered, event: 'soft_bounces' },
      { ...delivered, event: 'resubscribed' },
      { event: 'delivered' },
      'no event',
      null,
    ];
    const verdict = await judge([delivered, refused, bounced, ...others]);
    expect(verdict).toMatchObject({
      verdict: 'genuine',
      reports: [
        {
          eventKey: `pzkic9-0afezp-fc:delivered:${timestamp}`,
          state: 'delivered',
          occurredAt: new Date(timestamp * 1000),
        },
        { providerMessageId: '4711', state: 'undelivered', code: 'smtp-550' },
        { providerMessageId: '4712', state: 'undelivered', code: 'smtp-hard_bounces', recipient: 'gone' },
      ],
    });
    expect(watch.unmappings).toEqual([]);
  });

  test.each([
    ['hard_bounces', 'undelivered', 'gone'],
    ['hard_bounced', 'undelivered', 'gone'],
    ['spam_by_user', 'delivered', 'complained'],
    ['unsubscribed', 'delivered', 'unsubscribed'],
    ['opened', 'delivered', undefined],
  ])('%s is %s and tells of the address: %s', async (event, state, recipient) => {
    const [report] = genuine(await judge([{ event, timestamp: 1_700_000_000, message_id: 'x' }]));
    expect([report?.state, report?.recipient]).toEqual([state, recipient]);
  });

  test('without its secret path, forged; what is no array tells nothing', async () => {
    expect(await judge([], 'x')).toEqual(forged);
    for (const odd of ['', '{', '{}', 'null']) expect(await judge(odd)).toEqual({ verdict: 'genuine', reports: [] });
  });

  test('an event that nobody mapped raises an alarm', async () => {
    expect(await judge([{ event: 'levitated', message_id: 'x' }])).toEqual({ verdict: 'genuine', reports: [] });
    expect(watch.unmappings).toEqual([{ vendor: 'sendpulse', where: 'report', code: 'levitated' }]);
  });
});
