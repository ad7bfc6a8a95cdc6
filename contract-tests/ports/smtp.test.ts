import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { usualResilience, withResilience } from '../../adapters/resilience.ts';
import { createReturnPaths } from '../../adapters/email/return-path.ts';
import { createSmtpEmailSender } from '../../adapters/email/smtp.ts';
import type { EmailMessage, EmailSender } from '../../src/ports/email-sender.ts';
import { emailMessages, testEmailSender } from './email-sender.suite.ts';
import type { SenderHarness, Trouble } from './message-sender.suite.ts';
import { readMail } from './read-mail.ts';
import { startSmtpSimulator } from './simulators/smtp-simulator.ts';
import type { SmtpSimulator, SmtpTrouble } from './simulators/smtp-simulator.ts';

const troubles: Readonly<Record<Trouble, SmtpTrouble>> = {
  none: 'none',
  reject: 'reject-recipient',
  fail: 'defer-recipient',
  'lose-answer': 'drop-after-dot',
  'fall-silent': 'fall-silent',
};
const from = 'Portico <no-reply@portico.example>';
const { signal } = new AbortController();

let server: SmtpSimulator;
let smtp: ReturnType<typeof createSmtpEmailSender>;
beforeEach(async () => {
  server = await startSmtpSimulator();
  smtp = createSmtpEmailSender({ url: server.url, from, connections: 5, timeoutMilliseconds: 3_000 });
});
afterEach(async () => {
  smtp.close();
  await server.close();
});

function harness(sender: EmailSender): SenderHarness<EmailMessage> {
  return {
    sender,
    received: (recipient) =>
      Promise.resolve(server.mails.filter(({ to }) => to.includes(recipient)).map(({ raw }) => readMail(raw))),
    behave: (trouble) => {
      server.trouble = troubles[trouble];
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

describe('e-mail over SMTP', () => testEmailSender(() => harness(smtp)));

describe('e-mail over SMTP behind its guards', () =>
  testEmailSender(() => harness(withResilience(smtp, { ...usualResilience, concurrency: 5, queue: 200 }))));

describe('SMTP', () => {
  function mail(fields: Partial<EmailMessage> = {}): EmailMessage {
    return {
      ...emailMessages.message({ reference: randomUUID(), to: emailMessages.recipient(), text: 'x' }),
      ...fields,
    };
  }

  test('the id it gives is the Message-ID that arrives, made of our reference', async () => {
    const reference = randomUUID();
    const outcome = await smtp.send(mail({ reference }), { signal });
    expect(outcome).toEqual({ outcome: 'accepted', providerMessageId: `<${reference}@portico.example>` });
    const [received] = server.mails;
    expect(received?.from).toBe('no-reply@portico.example');
    expect(readMail(received?.raw ?? '').headers.get('message-id')).toBe(`<${reference}@portico.example>`);
  });

  test('with return paths, each mail has its own, and servers are asked to tell of failures', async () => {
    const returnPaths = createReturnPaths('bounces@portico.example', Buffer.alloc(32, 1));
    const sender = createSmtpEmailSender({ url: server.url, from, returnPaths });
    const references = [randomUUID(), randomUUID()];
    for (const reference of references) await sender.send(mail({ reference }), { signal });
    sender.close();
    expect(server.mails.map((sent) => returnPaths.read(sent.from))).toEqual(references);
    expect(server.mails.map(({ notifications }) => notifications)).toEqual(
      references.map((reference) => ({ envelopeId: returnPaths.tokenFor(reference), wanted: ['FAILURE'] })),
    );
    const headers = readMail(server.mails[0]?.raw ?? '').headers;
    expect([headers.get('from'), headers.has('return-path')]).toEqual([from, false]);
  });

  test.each<[SmtpTrouble, string, 'gone' | undefined]>([
    ['reject-recipient', 'No such mailbox', 'gone'],
    ['reject-recipient', 'No such user here', 'gone'],
    ['reject-recipient', '5.1.1 <reader@example.com>: User unknown', 'gone'],
    ['reject-recipient', '5.2.2 Mailbox full', undefined],
    ['reject-recipient', '5.7.1 Listed at 5.1.1.1, user unknown', undefined],
    ['reject-recipient', 'Listed at 127.5.1.1, see https://lists.example', undefined],
    ['reject-sender', '5.1.0 User unknown', undefined],
  ])('after %s with "%s" the address is %s', async (trouble, words, recipient) => {
    server.trouble = trouble;
    server.refusal = words;
    const outcome = await smtp.send(mail(), { signal });
    expect([outcome.outcome, outcome.outcome === 'rejected' && outcome.recipient]).toEqual(['rejected', recipient]);
  });

  test('a way out of marketing works with one click', async () => {
    await smtp.send(mail({ unsubscribeUrl: 'https://portico.example/u/abc' }), { signal });
    await smtp.send(mail(), { signal });
    const headers = server.mails.map(({ raw }) => readMail(raw).headers);
    expect(headers[0]?.get('list-unsubscribe')).toBe('<https://portico.example/u/abc>');
    expect(headers[0]?.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(headers[1]?.has('list-unsubscribe')).toBe(false);
  });

  test.each<[SmtpTrouble, object]>([
    ['reject-recipient', { outcome: 'rejected', code: '550' }],
    ['reject-message', { outcome: 'rejected', code: '554' }],
    ['defer-recipient', { outcome: 'unavailable', code: '451' }],
    ['defer-message', { outcome: 'unavailable', code: '452' }],
    ['drop-at-recipient', { outcome: 'unavailable' }],
    ['drop-after-dot', { outcome: 'unknown' }],
    ['fall-silent', { outcome: 'unknown' }],
  ])('%s is %j', async (trouble, outcome) => {
    server.trouble = trouble;
    expect(await smtp.send(mail(), { signal })).toMatchObject(outcome);
    server.trouble = 'none';
    expect(await smtp.send(mail(), { signal })).toMatchObject({ outcome: 'accepted' });
  });

  test('a mail whose connection was cut is never sent again unseen', async () => {
    await smtp.send(mail(), { signal });
    for (const trouble of ['drop-after-dot', 'drop-at-recipient'] as const) {
      server.trouble = trouble;
      const to = emailMessages.recipient();
      await smtp.send(mail({ to }), { signal });
      server.trouble = 'none';
      await smtp.send(mail(), { signal });
      expect(server.mails.filter((received) => received.to.includes(to)).length).toBe(
        trouble === 'drop-after-dot' ? 1 : 0,
      );
    }
  });

  test('connections are kept: ten mails one after the other need one', async () => {
    for (let sent = 0; sent < 10; sent += 1) await smtp.send(mail(), { signal });
    expect(server.connections).toBe(1);
  });

  test('nobody listening, a server that never greets, and wrong credentials are unavailable', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const urls = ['smtp://127.0.0.1:1', `smtp://127.0.0.1:${port}`, server.url.replace('//', '//user:wrong@')];
    for (const url of urls) {
      const sender = createSmtpEmailSender({ url, from, timeoutMilliseconds: 300 });
      const outcome = await sender.send(mail(), { signal });
      expect(outcome).toMatchObject({ outcome: 'unavailable' });
      expect(JSON.stringify(outcome)).not.toContain('wrong');
      sender.close();
    }
    mute.close();
    expect(server.mails).toEqual([]);
  });
});
