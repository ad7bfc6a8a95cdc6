import type { SendOutcome } from '../../src/ports/send-outcome.ts';
import type { SmsMessage, SmsSender } from '../../src/ports/sms-sender.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { callVendor, parseObject, retryAfter, textOf } from '../vendor-call.ts';
import type { VendorAnswer } from '../vendor-call.ts';
import { createCodeReader } from '../vendor-codes.ts';
import type { CodeReader } from '../vendor-codes.ts';
import { isE164, notE164, secondsLeft, tooLate } from './numbers.ts';
import { twilioReportCodes, twilioSendCodes } from './twilio-codes.ts';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** A number, a short code or an alphanumeric sender; or, beginning with MG, a messaging service. */
  readonly from: string;
  /** Where Twilio tells what became of the message with this reference. Absent: it is not asked to. */
  readonly statusCallback?: ((reference: string) => string) | undefined;
  readonly watch: VendorWatch;
  /** Default: Twilio's own. */
  readonly url?: string | undefined;
}

/** Twilio holds a message for ten hours at most. */
const LONGEST_VALIDITY = 36_000;

/**
 * Sends through Twilio's Programmable Messaging. Twilio has no idempotency key: a lost answer stays unknown, and is never
 * sent again. The callback carries our reference in its path, so that a report settles even a message whose answer was lost.
 */
export function createTwilioSmsSender(options: TwilioOptions): SmsSender {
  const { accountSid, authToken, url = 'https://api.twilio.com', watch } = options;
  const codes = createCodeReader('twilio', { send: twilioSendCodes, reports: twilioReportCodes }, watch);
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  };
  return {
    name: 'twilio',
    deduplicates: false,
    async send(message, { signal, traceparent }) {
      if (!isE164(message.to)) return notE164;
      const validity = secondsLeft(message.validUntil);
      if (validity !== undefined && validity < 1) return tooLate;
      const answer = await callVendor({
        method: 'POST',
        url: `${url}/2010-04-01/Accounts/${accountSid}/Messages.json`,
        headers,
        body: formOf(message, validity, options).toString(),
        signal,
        traceparent,
      });
      return outcomeOf(answer, codes);
    },
  };
}

function formOf(message: SmsMessage, validity: number | undefined, options: TwilioOptions): URLSearchParams {
  const form = new URLSearchParams({ To: message.to, Body: message.text });
  form.set(options.from.startsWith('MG') ? 'MessagingServiceSid' : 'From', options.from);
  if (validity !== undefined) form.set('ValidityPeriod', String(Math.min(LONGEST_VALIDITY, validity)));
  if (options.statusCallback !== undefined) form.set('StatusCallback', options.statusCallback(message.reference));
  return form;
}

function outcomeOf(answer: VendorAnswer, codes: CodeReader): SendOutcome {
  const body = answer.kind === 'answered' ? parseObject(answer.text) : undefined;
  const code = textOf(body?.['code']);
  if (answer.kind !== 'answered' || (answer.status >= 500 && code === undefined)) {
    return codes.withoutAnswer(answer) ?? { outcome: 'unknown', detail: 'no answer' };
  }
  const { status } = answer;
  const sid = textOf(body?.['sid']);
  if (status < 300) {
    if (sid === undefined) return { outcome: 'unknown', detail: `HTTP ${status} without a sid` };
    return { outcome: 'accepted', providerMessageId: sid };
  }
  const pause = { retryAfterSeconds: retryAfter(answer.headers, 1), uncertain: status >= 500 };
  // 429 is what it is, whichever code stands beside it.
  return codes.outcome(status === 429 ? '20429' : (code ?? `http-${status}`), pause);
}
