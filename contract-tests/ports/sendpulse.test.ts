import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSendpulseApi } from '../../adapters/email/sendpulse-api.ts';
import { createSendpulseLookup } from '../../adapters/email/sendpulse-lookup.ts';
import { createSendpulseEmailSender } from '../../adapters/email/sendpulse.ts';
import { usualResilience, withResilience } from '../../adapters/resilience.ts';
import type { EmailMessage, EmailSender } from '../../src/ports/email-sender.ts';
import { freePort } from '../../src/database/embedded-server.ts';
import { emailMessages, testEmailSender } from './email-sender.suite.ts';
import type { SenderHarness } from './message-sender.suite.ts';
import { sendpulseAccount, startSendpulseSimulator } from './simulators/sendpulse-simulator.ts';
import type { SendpulseSimulator } from './simulators/sendpulse-simulator.ts';
import { createTestWatch } from './test-watch.ts';
import type { TestWatch } from './test-watch.ts';

const { signal } = new AbortController();
let simulator: SendpulseSimulator;
let watch: TestWatch;
let sender: EmailSender;

function create(account: Partial<typeof sendpulseAccount> = {}): EmailSender {
  const call = createSendpulseApi({ ...sendpulseAccount, ...account, url: simulator.url });
  return createSendpulseEmailSender({ call, from: 'Portico <no-reply@portico.example>', watch });
}

beforeEach(async () => {
  simulator = await startSendpulseSimulator();
  watch = createTestWatch();
  sender = create();
});
afterEach(() => simulator.close());

function harness(given: EmailSender): SenderHarness<EmailMessage> {
  return {
    sender: given,
    received: (recipient) => Promise.resolve(simulator.mails.filter(({ to }) => to === recipient)),
    behave: (trouble) => {
      simulator.trouble = trouble;
      return Promise.resolve();
    },
    close: () => simulator.close(),
  };
}

function mail(): EmailMessage {
  return emailMessages.message({ reference: randomUUID(), to: emailMessages.recipient(), text: 'x' });
}

describe('e-mail through SendPulse', () => testEmailSender(() => harness(sender)));

describe('e-mail through SendPulse behind its guards', () =>
  testEmailSender(() => harness(withResilience(sender, usualResilience))));

describe('SendPulse', () => {
  test('a hundred mails at once share one token', async () => {
    await Promise.all(Array.from({ length: 100 }, () => sender.send(mail(), { signal })));
    expect(simulator.mails).toHaveLength(100);
    expect(simulator.tokens).toBe(1);
  });

  test('a mail in HTML arrives as it was written', async () => {
    const html = '<p>سلام, you got <b>50</b> coins.</p>';
    await sender.send({ ...mail(), html }, { signal });
    expect(simulator.mails).toMatchObject([{ text: 'x', html }]);
  });

  test('a token that ended early is replaced once, and the mail sent once', async () => {
    await sender.send(mail(), { signal });
    simulator.endToken();
    expect(await sender.send(mail(), { signal })).toMatchObject({ outcome: 'accepted' });
    expect([simulator.mails.length, simulator.tokens]).toEqual([2, 2]);
  });

  test('wrong credentials are certainly not sent, and somebody is told', async () => {
    const outcome = await create({ clientSecret: 'wrong' }).send(mail(), { signal });
    expect(outcome).toMatchObject({ outcome: 'unavailable', code: 'sendpulse-http-401' });
    expect(watch.misconfigurations).toEqual([{ vendor: 'sendpulse', code: 'http-401' }]);
    expect(JSON.stringify(outcome)).not.toContain('wrong');
  });

  test('a limit that is told in words only, under 422, is a pause', async () => {
    simulator.trouble = 'too-fast';
    expect(await sender.send(mail(), { signal })).toEqual({ outcome: 'throttled', retryAfterSeconds: 60 });
  });

  test('an error code that nobody mapped is certainly not sent, and raises an alarm', async () => {
    simulator.trouble = 'reject';
    simulator.refusal = { message: 'Something about reader@example.com', error_code: 99 };
    const outcome = await sender.send(mail(), { signal });
    expect(outcome).toEqual({ outcome: 'unavailable', code: 'sendpulse-99', detail: 'nobody has mapped this code' });
    expect(watch.unmappings).toEqual([{ vendor: 'sendpulse', where: 'send', code: '99' }]);
  });

  test('a broken front while the token is fetched: not sent', async () => {
    simulator.trouble = 'http-500';
    expect(await sender.send(mail(), { signal })).toMatchObject({ outcome: 'unavailable', code: 'token-http-500' });
  });
});

describe('asking SendPulse for mails', () => {
  test.each([
    [250, 'delivered'],
    [550, 'undelivered'],
    [451, undefined],
    [0, undefined],
  ])('what the mail server said, %i, is %s', async (answerCode, state) => {
    const call = createSendpulseApi({ ...sendpulseAccount, url: simulator.url });
    const lookup = createSendpulseLookup({ call });
    const sent = mail();
    await sender.send(sent, { signal });
    const [taken] = simulator.mails;
    if (taken === undefined) throw new Error('nothing was sent');
    taken.answerCode = answerCode;
    const messages = [
      { reference: sent.reference, providerMessageId: taken.id },
      { reference: randomUUID(), providerMessageId: 'of-nobody' },
      { reference: randomUUID(), providerMessageId: null },
    ];
    const found = await lookup.find(messages, { signal });
    expect(found).toMatchObject({
      outcome: 'answered',
      reports: state === undefined ? [] : [{ providerMessageId: taken.id, reference: sent.reference, state }],
    });
  });

  test('an outage is told as one', async () => {
    const lookup = createSendpulseLookup({
      call: createSendpulseApi({ ...sendpulseAccount, url: `http://127.0.0.1:${await freePort()}` }),
    });
    const messages = [{ reference: randomUUID(), providerMessageId: 'x' }];
    expect(await lookup.find(messages, { signal })).toEqual({ outcome: 'unavailable', code: 'token-ECONNREFUSED' });
  });
});
