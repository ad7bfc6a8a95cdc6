/** What vendors tell about addresses, through real adapters and webhooks: the address ends suppressed, and nothing more leaves. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  sendpulseAccount,
  startSendpulseSimulator,
} from '../../../contract-tests/ports/simulators/sendpulse-simulator.ts';
import type {
  SendpulseMail,
  SendpulseSimulator,
} from '../../../contract-tests/ports/simulators/sendpulse-simulator.ts';
import { startTwilioSimulator } from '../../../contract-tests/ports/simulators/twilio-simulator.ts';
import type { TwilioSimulator } from '../../../contract-tests/ports/simulators/twilio-simulator.ts';
import type { Schema } from '../../contract/handlers.ts';
import { createApiCaller, succeed } from '../../testing/api-caller.ts';
import type { CallApi } from '../../testing/api-caller.ts';
import { startPortico } from '../../testing/portico.ts';
import type { TestPortico } from '../../testing/portico.ts';
import { until } from '../../testing/until.ts';
import type { MessageRequest } from './index.ts';
import { queueOne, twilioSettings } from './one-message.fixture.ts';

const token = 'a-token-that-only-the-vendor-knows';
const phone = '+989121234567';
const email = 'reader@example.com';

let twilio: TwilioSimulator;
let sendpulse: SendpulseSimulator;
let portico: TestPortico;
let call: CallApi;

beforeEach(async () => {
  [twilio, sendpulse] = await Promise.all([startTwilioSimulator(), startSendpulseSimulator()]);
  portico = await startPortico({
    environment: {
      ...{ SMS_PROVIDERS: 'twilio', EMAIL_PROVIDERS: 'sendpulse', EMAIL_FROM: 'Portico <no-reply@portico.example>' },
      ...twilioSettings(twilio),
      ...{ SENDPULSE_CLIENT_ID: sendpulseAccount.clientId, SENDPULSE_CLIENT_SECRET: sendpulseAccount.clientSecret },
      ...{ SENDPULSE_URL: sendpulse.url, SENDPULSE_WEBHOOK_TOKENS: token },
    },
  });
  call = createApiCaller(portico, portico.tokenFor('admin'));
});
afterEach(async () => {
  await portico.close();
  await Promise.all([twilio.close(), sendpulse.close()]);
});

/** Queues a message and leaves its sending to `runJobs`. @returns its state, when asked */
async function queue(request: Partial<MessageRequest> & Pick<MessageRequest, 'channel'>) {
  const find = await queueOne(portico, { address: request.channel === 'sms' ? phone : email, ...request });
  return async (): Promise<unknown> => (await find())?.state;
}

/** Has a message sent, whatever its class. @returns its state then */
async function stateAfterSending(channel: 'sms' | 'email', type: MessageRequest['class']): Promise<unknown> {
  const state = await queue({ channel, class: type, deadline: new Date(Date.now() + 60_000) });
  await portico.runJobs();
  return state();
}

const suppressions = async () => (await succeed(call<Schema<'SuppressionPage'>>('GET', '/api/v1/suppressions'))).items;

/** Pushes events of SendPulse. @returns the status of the answer */
async function push(...events: object[]): Promise<number> {
  return (await portico.request('POST', `/api/v1/webhooks/sendpulse/${token}`, { body: events })).status;
}

function onlyMail(): SendpulseMail {
  const [mail, ...more] = sendpulse.mails;
  if (mail === undefined || more.length > 0) throw new Error(`${sendpulse.mails.length} mails`);
  return mail;
}

describe('an address', () => {
  test('whose owner answered STOP to Twilio gets nothing more, codes included, until START', async () => {
    twilio.trouble = 'reject';
    twilio.refusal = [400, 21_610];
    expect(await stateAfterSending('sms', 'transactional')).toBe('dead');
    expect(await suppressions()).toMatchObject([
      { channel: 'sms', address: phone, category: 'all', reason: 'blocked by the carrier (twilio twilio-21610)' },
    ]);
    twilio.trouble = 'none';
    for (const type of ['transactional', 'marketing', 'otp'] as const) {
      expect(await stateAfterSending('sms', type)).toBe('suppressed');
    }
    expect([twilio.requests.length, twilio.messages.length]).toEqual([1, 0]);
    await succeed(call('POST', '/api/v1/sandbox/inbound-messages', { from: phone, text: 'START' }));
    expect([await suppressions(), await stateAfterSending('sms', 'transactional')]).toEqual([[], 'sent']);
  });

  test('that does not exist gets nothing more; told again after staff lifted it, that stays lifted', async () => {
    expect(await stateAfterSending('email', 'transactional')).toBe('sent');
    const bounce = sendpulse.event(onlyMail(), 'hard_bounces');
    expect(await push(bounce, bounce)).toBe(200);
    const [suppression] = await suppressions();
    expect(suppression).toMatchObject({
      ...{ channel: 'email', address: email, category: 'all' },
      reason: 'no such address (sendpulse smtp-hard_bounces)',
    });
    for (const type of ['transactional', 'marketing', 'otp'] as const) {
      expect(await stateAfterSending('email', type)).toBe('suppressed');
    }
    expect(sendpulse.mails).toHaveLength(1);

    await succeed(call('DELETE', `/api/v1/suppressions/${suppression?.id}`));
    expect([await push(bounce), await suppressions()]).toEqual([200, []]);
  });

  test('whose bounce overtakes the answer of its sending gets nothing more either', async () => {
    sendpulse.trouble = 'hold';
    const state = await queue({ channel: 'email' });
    const sending = portico.runJobs();
    await until(() => sendpulse.mails.length > 0);
    expect(await push(sendpulse.event(onlyMail(), 'hard_bounces'))).toBe(200);
    // Nobody knows yet whose mail that was.
    expect([await suppressions(), await state()]).toEqual([[], 'sending']);
    sendpulse.trouble = 'none';
    sendpulse.release();
    await sending;
    expect(await state()).toBe('undelivered');
    expect(await suppressions()).toMatchObject([{ address: email, category: 'all' }]);
    expect([await stateAfterSending('email', 'transactional'), sendpulse.mails.length]).toEqual(['suppressed', 1]);
  });

  test.each([
    ['unsubscribed', 'unsubscribed at the provider (sendpulse)'],
    ['spam_by_user', 'reported as spam (sendpulse)'],
  ])('whose reader says %s gets no marketing, and everything else', async (event, reason) => {
    expect(await stateAfterSending('email', 'marketing')).toBe('sent');
    await push(sendpulse.event(onlyMail(), event));
    expect(await suppressions()).toMatchObject([{ category: 'marketing', reason }]);
    expect(await stateAfterSending('email', 'marketing')).toBe('suppressed');
    expect(await stateAfterSending('email', 'transactional')).toBe('sent');
  });
});
