/** Mails that bounce, through a real SMTP server and the operation that the operator's mail server calls. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { deliveryStatus } from '../../../contract-tests/ports/simulators/delivery-status.ts';
import { startSmtpSimulator } from '../../../contract-tests/ports/simulators/smtp-simulator.ts';
import type { SmtpSimulator } from '../../../contract-tests/ports/simulators/smtp-simulator.ts';
import type { Schema } from '../../contract/handlers.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import type { CallApi } from '../../testing/api-caller.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { until } from '../../testing/until.ts';
import { queueOne } from './one-message.fixture.ts';

const token = 'a-token-that-only-the-server-knows';
const email = 'reader@example.com';

let server: SmtpSimulator;
let portico: TestPortico;
let call: CallApi;

beforeEach(async () => {
  server = await startSmtpSimulator();
  portico = await startPortico({
    environment: {
      ...{ EMAIL_PROVIDERS: 'smtp', SMTP_URL: server.url, EMAIL_FROM: 'Portico <no-reply@portico.example>' },
      ...{ SMTP_BOUNCE_ADDRESS: 'bounces@portico.example', SMTP_WEBHOOK_TOKENS: token },
    },
  });
  call = createApiCaller(portico, portico.tokenFor('admin'));
});
afterEach(async () => {
  await portico.close();
  await server.close();
});

/** Queues a mail. @returns how to read it */
const queue = () => queueOne(portico, { channel: 'email', address: email });

async function send(): Promise<() => Promise<Schema<'Message'> | undefined>> {
  const read = await queue();
  await portico.runJobs();
  return read;
}

const suppressions = async () => (await succeed(call<Schema<'SuppressionPage'>>('GET', '/api/v1/suppressions'))).items;

/** Hands a mail over as the operator's mail server would. @returns the status of the answer */
async function handOver(body: string, secret = token): Promise<number> {
  const headers = { 'content-type': 'message/rfc822' };
  return (await portico.request('POST', `/api/v1/webhooks/smtp/${secret}`, { headers, body })).status;
}
const returnPath = (): string => server.mails.at(-1)?.from ?? '';

describe('a mail that bounces', () => {
  test('for good ends undelivered, and no other is sent to that address', async () => {
    const read = await send();
    expect(await read()).toMatchObject({ state: 'sent' });
    const bounce = deliveryStatus({ to: returnPath() });
    expect(await handOver(bounce, `${token}x`)).toBe(403);
    expect([await read(), await suppressions()]).toMatchObject([{ state: 'sent' }, []]);
    expect(await Promise.all([handOver(bounce), handOver(bounce)])).toEqual([204, 204]);
    expect(await read()).toMatchObject({ state: 'undelivered', reason: 'smtp-5.1.1' });
    expect(await suppressions()).toMatchObject([
      { channel: 'email', address: email, category: 'all', reason: 'no such address (smtp smtp-5.1.1)' },
    ]);
    expect(await (await send())()).toMatchObject({ state: 'suppressed' });
    expect(server.mails).toHaveLength(1);
  });

  test('before the server has said that it took it, counts as well', async () => {
    server.trouble = 'hold';
    const read = await queue();
    const sending = portico.runJobs();
    await until(() => server.mails.length > 0);
    expect(await handOver(deliveryStatus({ to: returnPath() }))).toBe(204);
    server.trouble = 'none';
    server.release();
    await sending;
    expect(await read()).toMatchObject({ state: 'undelivered' });
    expect(await suppressions()).toMatchObject([{ address: email, category: 'all' }]);
  });

  test('because the mailbox is full, or after days of trying, says nothing of the address', async () => {
    for (const status of ['5.2.2', '4.4.7']) {
      const read = await send();
      await handOver(deliveryStatus({ to: returnPath(), status, words: null }));
      expect(await read()).toMatchObject({ state: 'undelivered', reason: `smtp-${status}` });
    }
    expect([await suppressions(), server.mails.length]).toEqual([[], 2]);
  });

  test('to a return path of another installation, or that is no bounce, changes nothing', async () => {
    const read = await send();
    const foreign = returnPath().replace(/\+..../, '+0000');
    const away = [`To: ${returnPath()}`, 'Subject: Out of office', '', 'User unknown until Monday.'].join('\r\n');
    expect([await handOver(deliveryStatus({ to: foreign })), await handOver(away)]).toEqual([204, 204]);
    expect([await read(), await suppressions()]).toMatchObject([{ state: 'sent' }, []]);
  });
});

describe('a mail that is refused when it is handed over', () => {
  test.each<[string, string[]]>([
    ['5.1.1 <reader@example.com>: Recipient address rejected: User unknown', [email]],
    ['No such user here', [email]],
    ['5.7.1 Blocked because of our reputation list', []],
  ])('with 550 %s ends dead; suppressed is %j', async (words, suppressed) => {
    server.trouble = 'reject-recipient';
    server.refusal = words;
    expect(await (await send())()).toMatchObject({ state: 'dead', reason: '550', attempts: 1 });
    expect((await suppressions()).map(({ address }) => address)).toEqual(suppressed);
  });
});
