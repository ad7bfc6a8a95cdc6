/** Every SMS vendor's adapter against a simulator of its real wire protocol. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { usualResilience, withResilience } from '../../adapters/resilience.ts';
import { createKavenegarSmsSender } from '../../adapters/sms/kavenegar.ts';
import { createTwilioSmsSender } from '../../adapters/sms/twilio.ts';
import { createVonageSmsSender } from '../../adapters/sms/vonage.ts';
import type { SendOutcome } from '../../src/ports/send-outcome.ts';
import type { SmsMessage, SmsSender } from '../../src/ports/sms-sender.ts';
import type { SenderHarness } from './message-sender.suite.ts';
import type { HttpSimulator, WireTrouble } from './simulators/http-simulator.ts';
import { kavenegarAccount, startKavenegarSimulator } from './simulators/kavenegar-simulator.ts';
import type { KavenegarSimulator } from './simulators/kavenegar-simulator.ts';
import { startTwilioSimulator, twilioAccount } from './simulators/twilio-simulator.ts';
import type { TwilioSimulator } from './simulators/twilio-simulator.ts';
import { startVonageSimulator, vonageAccount } from './simulators/vonage-simulator.ts';
import type { VonageSimulator } from './simulators/vonage-simulator.ts';
import { freePort } from '../../src/database/embedded-server.ts';
import { smsMessages, testSmsSender } from './sms-sender.suite.ts';
import { createTestWatch } from './test-watch.ts';
import type { TestWatch } from './test-watch.ts';

const { signal } = new AbortController();
let watch: TestWatch;
beforeEach(() => {
  watch = createTestWatch();
});

function message(fields: Partial<SmsMessage> = {}): SmsMessage {
  const plain = { reference: randomUUID(), to: smsMessages.recipient(), text: 'Hi' };
  return { ...smsMessages.message(plain), ...fields };
}

function harness(
  sender: SmsSender,
  simulator: HttpSimulator,
  texts: (recipient: string) => readonly string[],
): SenderHarness<SmsMessage> {
  return {
    sender,
    received: (recipient) => Promise.resolve(texts(recipient).map((text) => ({ text }))),
    behave: (trouble) => {
      simulator.trouble = trouble;
      return Promise.resolve();
    },
    close: () => simulator.close(),
  };
}

/** What is true of every vendor that is reached over HTTP. */
function testWire(
  get: () => { readonly sender: SmsSender; readonly simulator: HttpSimulator; readonly secrets: readonly string[] },
  make: (url: string) => SmsSender,
  wrong: (url: string) => SmsSender,
): void {
  test('nobody listening is unavailable; nothing of the URL is told', async () => {
    const outcome = await make(`http://127.0.0.1:${await freePort()}`).send(message(), { signal });
    expect(outcome).toMatchObject({ outcome: 'unavailable', code: 'ECONNREFUSED' });
  });

  test('a broken vendor: its front is down, so nothing was sent; any other 5xx leaves it unknown', async () => {
    const { sender, simulator } = get();
    simulator.trouble = 'http-503';
    expect(await sender.send(message(), { signal })).toMatchObject({ outcome: 'unavailable' });
    simulator.trouble = 'http-500';
    expect(await sender.send(message(), { signal })).toMatchObject({ outcome: 'unknown' });
  });

  test('no number in E.164: rejected without asking the vendor', async () => {
    const { sender, simulator } = get();
    for (const to of ['09121234567', '+0912', '+98912,+98913', '']) {
      expect(await sender.send(message({ to }), { signal })).toMatchObject({ code: 'invalid-number' });
    }
    expect(simulator.requests).toHaveLength(0);
  });

  test('passes the trace on, if there is one', async () => {
    const { sender, simulator } = get();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await sender.send(message(), { signal, traceparent });
    await sender.send(message(), { signal });
    expect(simulator.requests.map(({ headers }) => headers['traceparent'])).toEqual([traceparent, undefined]);
  });

  test('wrong credentials are unavailable, and somebody is told', async () => {
    const outcome = await wrong(get().simulator.url).send(message(), { signal });
    expect(outcome).toMatchObject({ outcome: 'unavailable' });
    expect(watch.misconfigurations).toHaveLength(1);
  });

  test('whatever goes wrong, no outcome holds a secret, the number or the text', async () => {
    const { sender, simulator, secrets } = get();
    const to = '+989121234567';
    const told: SendOutcome[] = [];
    const troubles: readonly WireTrouble[] = ['reject', 'fail', 'lose-answer', 'http-500', 'http-503', 'too-fast'];
    for (const trouble of troubles) {
      simulator.trouble = trouble;
      told.push(await sender.send(message({ to, text: 'code 482913' }), { signal }));
    }
    const words = JSON.stringify(told);
    for (const secret of [...secrets, '9121234567', '482913', simulator.url]) expect(words).not.toContain(secret);
  });
}

describe('Twilio', () => {
  let simulator: TwilioSimulator;
  let sender: SmsSender;
  const statusCallback = (reference: string): string => `https://portico.example/api/v1/webhooks/twilio/${reference}`;
  const create = (url: string, authToken = twilioAccount.authToken): SmsSender =>
    createTwilioSmsSender({ ...twilioAccount, authToken, from: '+15005550006', statusCallback, watch, url });
  beforeEach(async () => {
    simulator = await startTwilioSimulator();
    sender = create(simulator.url);
  });
  afterEach(() => simulator.close());

  const texts = (to: string): string[] => simulator.messages.filter((one) => one.to === to).map(({ text }) => text);
  describe('as a port', () => testSmsSender(() => harness(sender, simulator, texts)));
  describe('behind its guards', () =>
    testSmsSender(() => harness(withResilience(sender, usualResilience), simulator, texts)));
  describe('on the wire', () =>
    testWire(
      () => ({ sender, simulator, secrets: [twilioAccount.authToken] }),
      create,
      (url) => create(url, 'wrong'),
    ));

  test('gives the sid, asks for callbacks under our reference, and lets the text live as long as it is worth', async () => {
    const reference = randomUUID();
    const validUntil = new Date(Date.now() + 90_500);
    const outcome = await sender.send(message({ reference, validUntil }), { signal });
    const [taken] = simulator.messages;
    expect(outcome).toEqual({ outcome: 'accepted', providerMessageId: taken?.sid });
    expect(taken).toMatchObject({ statusCallback: statusCallback(reference), validityPeriod: '90' });
    await sender.send(message({ validUntil: new Date(Date.now() + 86_400_000) }), { signal });
    expect(simulator.messages[1]?.validityPeriod).toBe('36000');
    expect(await sender.send(message({ validUntil: new Date() }), { signal })).toMatchObject({ code: 'expired' });
  });

  test('a messaging service takes the place of a number', async () => {
    const from = `MG${'0'.repeat(32)}`;
    const service = createTwilioSmsSender({ ...twilioAccount, from, watch, url: simulator.url });
    expect(await service.send(message(), { signal })).toMatchObject({ outcome: 'accepted' });
    expect(simulator.requests[0]?.body).toContain(`MessagingServiceSid=${from}`);
    expect(simulator.messages[0]?.statusCallback).toBeUndefined();
  });

  test('429 with Retry-After is a pause of that length', async () => {
    simulator.trouble = 'too-fast';
    expect(await sender.send(message(), { signal })).toEqual({ outcome: 'throttled', retryAfterSeconds: 300 });
  });

  test.each<[number, SendOutcome['outcome'], string | undefined]>([
    [21_610, 'rejected', 'twilio-21610'],
    [21_635, 'rejected', 'twilio-21635'],
    [21_611, 'throttled', undefined],
    [21_606, 'unavailable', 'twilio-21606'],
  ])('code %i is %s', async (code, outcome, named) => {
    simulator.trouble = 'reject';
    simulator.refusal = [400, code];
    expect(await sender.send(message(), { signal })).toMatchObject({ outcome, ...(named && { code: named }) });
    expect(watch.unmappings).toEqual([]);
  });

  test('who answered STOP to the carrier is left alone by whatever asks next', async () => {
    simulator.trouble = 'reject';
    simulator.refusal = [400, 21_610];
    expect(await sender.send(message(), { signal })).toMatchObject({ recipient: 'opted-out' });
  });

  test('a code that nobody mapped is certainly not sent, and raises an alarm', async () => {
    simulator.trouble = 'reject';
    simulator.refusal = [400, 21_999];
    expect(await sender.send(message(), { signal })).toMatchObject({ outcome: 'unavailable', code: 'twilio-21999' });
    expect(watch.unmappings).toEqual([{ vendor: 'twilio', where: 'send', code: '21999' }]);
  });
});

describe('Kavenegar', () => {
  let simulator: KavenegarSimulator;
  let sender: SmsSender;
  const create = (url: string, apiKey = kavenegarAccount.apiKey): SmsSender =>
    createKavenegarSmsSender({ ...kavenegarAccount, apiKey, watch, url });
  beforeEach(async () => {
    simulator = await startKavenegarSimulator();
    sender = create(simulator.url);
  });
  afterEach(() => simulator.close());

  const texts = (to: string): string[] =>
    simulator.messages.filter(({ receptor }) => receptor === to.replace('+98', '0')).map(({ message: text }) => text);
  describe('as a port', () => testSmsSender(() => harness(sender, simulator, texts)));
  describe('behind its guards', () =>
    testSmsSender(() => harness(withResilience(sender, { ...usualResilience, retries: 0 }), simulator, texts)));
  describe('on the wire', () =>
    testWire(
      () => ({ sender, simulator, secrets: [kavenegarAccount.apiKey] }),
      create,
      (url) => create(url, 'wrong'),
    ));

  test('behind its guards it asks again by itself, and one message is there', async () => {
    const to = smsMessages.recipient();
    simulator.trouble = 'lose-answer';
    const patient = withResilience(sender, { ...usualResilience, retries: 2, retryMilliseconds: 1 });
    expect(await patient.send(message({ to }), { signal })).toMatchObject({ outcome: 'unknown' });
    expect(simulator.requests).toHaveLength(3);
    expect(texts(to)).toHaveLength(1);
  });

  test('numbers abroad begin with 00', async () => {
    await sender.send(message({ to: '+4915123456789' }), { signal });
    expect(simulator.messages[0]?.receptor).toBe('004915123456789');
  });

  test('402 is asked again under the same localid, so it is unknown', async () => {
    simulator.trouble = 'reject';
    simulator.refusal = 402;
    expect(await sender.send(message(), { signal })).toMatchObject({ outcome: 'unknown' });
  });

  test.each([418, 429])('%i is a matter of the account: another vendor takes over, somebody is told', async (code) => {
    simulator.trouble = 'reject';
    simulator.refusal = code;
    const outcome = await sender.send(message(), { signal });
    expect(outcome).toMatchObject({ outcome: 'unavailable', code: `kavenegar-${code}` });
    expect(watch.misconfigurations).toEqual([{ vendor: 'kavenegar', code: String(code) }]);
  });

  test('a status that nobody mapped is unknown, and raises an alarm', async () => {
    simulator.trouble = 'reject';
    simulator.refusal = 499;
    expect(await sender.send(message(), { signal })).toMatchObject({ outcome: 'unknown' });
    expect(watch.unmappings).toEqual([{ vendor: 'kavenegar', where: 'send', code: '499' }]);
  });

  test('the record of another recipient under our localid is never taken for ours', async () => {
    const reference = randomUUID();
    await sender.send(message({ reference }), { signal });
    expect(await sender.send(message({ reference }), { signal })).toMatchObject({ code: 'localid-taken' });
  });

  test('901 characters are refused before they leave', async () => {
    expect(await sender.send(message({ text: 'x'.repeat(901) }), { signal })).toMatchObject({ code: 'too-long' });
    expect(simulator.requests).toHaveLength(0);
  });
});

describe('Vonage', () => {
  let simulator: VonageSimulator;
  let sender: SmsSender;
  const create = (url: string, apiSecret = vonageAccount.apiSecret): SmsSender =>
    createVonageSmsSender({ ...vonageAccount, apiSecret, callback: 'https://portico.example/x', watch, url });
  beforeEach(async () => {
    simulator = await startVonageSimulator();
    sender = create(simulator.url);
  });
  afterEach(() => simulator.close());

  const texts = (to: string): string[] => simulator.messages.filter((one) => one.to === to).map(({ text }) => text);
  describe('as a port', () => testSmsSender(() => harness(sender, simulator, texts)));
  describe('behind its guards', () =>
    testSmsSender(() => harness(withResilience(sender, usualResilience), simulator, texts)));
  describe('on the wire', () =>
    testWire(
      () => ({ sender, simulator, secrets: [vonageAccount.apiSecret] }),
      create,
      (url) => create(url, 'wrong'),
    ));

  test('labels the message with our reference and lets it live in milliseconds', async () => {
    const reference = randomUUID();
    await sender.send(message({ reference, validUntil: new Date(Date.now() + 60_500) }), { signal });
    await sender.send(message({ validUntil: new Date(Date.now() + 5_000) }), { signal });
    expect(simulator.messages).toMatchObject([{ reference, ttl: '60000' }, { ttl: '20000' }]);
  });

  test.each(['Plain', 'é à € {[~]}', 'backtick `', 'سلام'])('chooses the type that loses nothing: %s', async (text) => {
    await sender.send(message({ text }), { signal });
    expect(simulator.messages[0]?.text).toBe(text);
  });

  test.each<[readonly string[], object]>([
    [['7'], { outcome: 'rejected', code: 'vonage-7' }],
    [['1'], { outcome: 'throttled', retryAfterSeconds: 1 }],
    [['5'], { outcome: 'unknown' }],
    [['9'], { outcome: 'unavailable', code: 'vonage-9' }],
    // A part has left: sending the whole again would repeat it.
    [['0', '9'], { outcome: 'unknown' }],
    [['9', '0'], { outcome: 'unknown' }],
    [['0', '0'], { outcome: 'accepted', providerMessageId: 'part' }],
    [['77'], { outcome: 'unknown' }],
  ])('parts with status %j are %j', async (statuses, outcome) => {
    simulator.trouble = 'reject';
    simulator.refusal = statuses;
    expect(await sender.send(message(), { signal })).toMatchObject(outcome);
    expect(watch.unmappings).toHaveLength(statuses.includes('77') ? 1 : 0);
  });
});
