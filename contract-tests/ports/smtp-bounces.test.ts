/** What mail servers send back to return paths, as they write it, and what else arrives there. */
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createReturnPaths, LONGEST_BOUNCE_MAILBOX } from '../../adapters/email/return-path.ts';
import { createSmtpWebhook } from '../../adapters/email/smtp-webhook.ts';
import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import { deliveryStatus } from './simulators/delivery-status.ts';
import type { DeliveryStatus } from './simulators/delivery-status.ts';

const tokens = ['a-token-that-only-the-server-knows', 'its-predecessor-until-next-week-ok'];
const [token = ''] = tokens;
const returnPaths = createReturnPaths('bounces@portico.example', randomBytes(32));
const webhook = createSmtpWebhook({ tokens, returnPaths, from: 'Portico <no-reply@portico.example>' });
const reference = randomUUID();
const to = returnPaths.addressFor(reference) ?? '';
const envelopeId = returnPaths.tokenFor(reference) ?? '';

async function reports(raw: string | Buffer, key = token): Promise<readonly DeliveryReport[]> {
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw;
  const judged = await webhook.judge({ raw: bytes, mediaType: 'message/rfc822', key });
  if (judged.verdict !== 'genuine') throw new Error(judged.verdict);
  return judged.reports;
}
const told = (status: Partial<DeliveryStatus> = {}) => reports(deliveryStatus({ to, ...status }));

describe('a return path', () => {
  test('carries the reference of its mail, in any case, and fits into what servers take', () => {
    expect(to).toMatch(/^bounces\+[0-9a-f]{48}@portico\.example$/);
    for (const spelling of [to, to.toUpperCase(), envelopeId, ` ${to} `]) {
      expect(returnPaths.read(spelling)).toBe(reference);
    }
    const longest = createReturnPaths(`${'b'.repeat(LONGEST_BOUNCE_MAILBOX)}@portico.example`, randomBytes(32));
    expect(longest.addressFor(reference)?.indexOf('@')).toBe(64);
  });

  test('that was altered, made elsewhere or for something else names nothing', () => {
    const last = envelopeId.at(-1) === '0' ? '1' : '0';
    const elsewhere = createReturnPaths('bounces@portico.example', randomBytes(32));
    const strangers = [
      `bounces+${envelopeId.slice(0, -1)}${last}@portico.example`,
      `bounces+${last}${envelopeId.slice(1, -1)}${last}@portico.example`,
      elsewhere.addressFor(reference) ?? '',
      'bounces@portico.example',
      `${to}, ${to}`,
      reference,
      '',
    ];
    expect(strangers.map((stranger) => returnPaths.read(stranger))).toEqual(strangers.map(() => undefined));
    expect(returnPaths.addressFor('no uuid')).toBeUndefined();
  });
});

describe('a report', () => {
  test('is about its mail, once however often it comes', async () => {
    const [report, ...more] = await told();
    expect(more).toEqual([]);
    expect(report).toMatchObject({
      eventKey: `${reference}:failed:5.1.1`,
      providerMessageId: `<${reference}@portico.example>`,
      reference,
      state: 'undelivered',
      code: 'smtp-5.1.1',
      recipient: 'gone',
    });
    expect((await told())[0]?.eventKey).toBe(report?.eventKey);
    expect((await reports(deliveryStatus({ to }), tokens[1])).map((other) => other.eventKey)).toEqual([
      report?.eventKey,
    ]);
  });

  test.each<[string, string | null, 'gone' | undefined]>([
    ['5.1.1', '550 5.1.1 <reader@example.com>: User unknown', 'gone'],
    ['5.1.10', '550 5.1.10 RESOLVER.ADR.RecipientNotFound', 'gone'],
    ['5.4.1', '550 5.4.1 Recipient address rejected: Access denied', 'gone'],
    ['5.4.4', null, 'gone'],
    ['5.2.1', '550 5.2.1 The account is disabled', 'gone'],
    ['5.0.0', '550 No such user here', 'gone'],
    ['5.0.0', "554 delivery error: dd This user doesn't have an example.com account", 'gone'],
    ['5.0.0', '550 Your address was found on a blocklist', undefined],
    ['5.0.0', '550 Sender address rejected: domain does not exist', undefined],
    ['5.1.8', "550 5.1.8 Sender's domain does not exist", undefined],
    ['5.2.2', '552 5.2.2 Mailbox full', undefined],
    ['5.7.1', '550 5.7.1 User unknown to our reputation filter', undefined],
    ['5.3.4', '552 5.3.4 Too large', undefined],
    ['4.4.7', null, undefined],
    ['4.2.2', '452 4.2.2 Mailbox full', undefined],
    ['nonsense', '550 No such user', 'gone'],
  ])('of failure with %s, %s: undelivered, the address is %s', async (status, words, recipient) => {
    const [report] = await told({ status, words });
    expect([report?.state, report?.recipient]).toEqual(['undelivered', recipient]);
  });

  test.each([
    ['delivered', '2.0.0', ['delivered']],
    ['Failed', '5.1.1', ['undelivered']],
    ['delayed', '4.4.1', []],
    ['relayed', '2.1.9', []],
    ['expanded', '2.1.5', []],
  ])('of a mail that was %s tells %j', async (action, status, expected) => {
    expect((await told({ action, status })).map(({ state }) => state)).toEqual(expected);
  });

  test('is found wherever servers write down where it arrived, or by its envelope id', async () => {
    const elsewhere = { to: 'bounces@portico.example' };
    const spellings: DeliveryStatus[] = [
      { ...elsewhere, headers: [`Delivered-To: ${to}`] },
      { ...elsewhere, headers: [`X-Original-To: ${to.toUpperCase()}`] },
      { to: `Bounces <${to}>` },
      { ...elsewhere, envelopeId },
    ];
    for (const spelling of spellings) {
      expect((await reports(deliveryStatus(spelling))).map((report) => report.reference)).toEqual([reference]);
    }
    expect(await reports(deliveryStatus(elsewhere))).toEqual([]);
    expect(await reports(deliveryStatus({ ...elsewhere, envelopeId: '0'.repeat(48) }))).toEqual([]);
  });

  test('comes with bare line feeds from pipes, and with letters of any character set', async () => {
    const piped = deliveryStatus({ to }).replaceAll('\r\n', '\n');
    expect(await reports(piped)).toMatchObject([{ code: 'smtp-5.1.1', recipient: 'gone' }]);
    const latin = deliveryStatus({ to, words: '550 5.1.1 Empfänger unbekannt' });
    expect(await reports(Buffer.from(latin, 'latin1'))).toMatchObject([{ recipient: 'gone' }]);
  });
});

describe('what else arrives at a return path', () => {
  const away = [`To: ${to}`, 'Subject: Out of office', 'Auto-Submitted: auto-replied', 'Content-Type: text/plain', ''];
  test.each([
    ['a note of absence', away.concat('User unknown until Monday. Status: 5.1.1').join('\r\n')],
    ['a complaint', deliveryStatus({ to, type: 'feedback-report' })],
    ['a report that is cut off', deliveryStatus({ to }).slice(0, 700)],
    ['nothing', ''],
    ['no mail', randomBytes(5_000)],
    [
      'a mail that nests for ever',
      `To: ${to}\r\n${'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n'.repeat(2_000)}`,
    ],
  ])('%s tells nothing', async (_what, raw) => {
    expect(await reports(raw)).toEqual([]);
  });

  test('without the secret path, everything is forged', async () => {
    const raw = Buffer.from(deliveryStatus({ to }));
    for (const key of ['', `${token}x`]) {
      expect(await webhook.judge({ raw, mediaType: 'message/rfc822', key })).toEqual({ verdict: 'forged' });
    }
  });
});
