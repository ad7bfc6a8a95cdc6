import type { SendOutcome } from '../../src/ports/send-outcome.ts';
import type { SmsMessage, SmsSender } from '../../src/ports/sms-sender.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { callVendor, isObject, parseObject, retryAfter, textOf } from '../vendor-call.ts';
import type { VendorAnswer } from '../vendor-call.ts';
import { createCodeReader } from '../vendor-codes.ts';
import type { CodeReader } from '../vendor-codes.ts';
import { isGsm7 } from './gsm7.ts';
import { isE164, notE164, secondsLeft, tooLate } from './numbers.ts';
import { vonageReportCodes, vonageSendCodes } from './vonage-codes.ts';

export interface VonageOptions {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** A number without plus, or an alphanumeric sender. */
  readonly from: string;
  /** Where receipts go; holds a secret token. Absent: the setting in Vonage's dashboard counts. */
  readonly callback?: string | undefined;
  readonly watch: VendorWatch;
  /** Default: Vonage's own. */
  readonly url?: string | undefined;
}

/** Vonage refuses shorter lives. */
const SHORTEST_LIFE_SECONDS = 20;
const LONGEST_LIFE_SECONDS = 604_800;

/**
 * Sends through Vonage's SMS API. `client-ref` is only a label: a lost answer stays unknown, and is never sent again. It
 * comes back in the receipt, which so settles even a message whose answer was lost.
 */
export function createVonageSmsSender(options: VonageOptions): SmsSender {
  const { url = 'https://rest.nexmo.com', watch } = options;
  const codes = createCodeReader('vonage', { send: vonageSendCodes, reports: vonageReportCodes }, watch);
  return {
    name: 'vonage',
    deduplicates: false,
    async send(message, { signal, traceparent }) {
      if (!isE164(message.to)) return notE164;
      const life = secondsLeft(message.validUntil);
      if (life !== undefined && life < 1) return tooLate;
      const answer = await callVendor({
        method: 'POST',
        url: `${url}/sms/json`,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: formOf(message, life, options).toString(),
        signal,
        traceparent,
      });
      return outcomeOf(answer, codes);
    },
  };
}

function formOf(message: SmsMessage, life: number | undefined, options: VonageOptions): URLSearchParams {
  const form = new URLSearchParams({
    api_key: options.apiKey,
    api_secret: options.apiSecret,
    from: options.from,
    to: message.to.slice(1),
    text: message.text,
    // The type text turns what it cannot write into question marks.
    type: isGsm7(message.text) ? 'text' : 'unicode',
    'client-ref': message.reference,
  });
  if (life !== undefined) {
    form.set('ttl', String(Math.min(LONGEST_LIFE_SECONDS, Math.max(SHORTEST_LIFE_SECONDS, life)) * 1000));
  }
  if (options.callback !== undefined) form.set('callback', options.callback);
  return form;
}

/** Vonage says 200 to refusals too: only parts that all have status 0 are a message that was taken. */
function outcomeOf(answer: VendorAnswer, codes: CodeReader): SendOutcome {
  const failed = codes.withoutAnswer(answer);
  if (failed !== undefined || answer.kind !== 'answered') return failed ?? { outcome: 'unknown', detail: 'no answer' };
  const retryAfterSeconds = retryAfter(answer.headers, 1);
  if (answer.status >= 400) return codes.outcome(`http-${answer.status}`, { uncertain: false, retryAfterSeconds });
  const messages = parseObject(answer.text)?.['messages'];
  const parts = Array.isArray(messages) ? messages.filter(isObject) : [];
  const refused = parts.find((part) => textOf(part['status']) !== '0');
  const id = textOf(parts[0]?.['message-id']);
  if (refused === undefined) {
    if (id === undefined) return { outcome: 'unknown', detail: 'taken, without a message id' };
    return { outcome: 'accepted', providerMessageId: id };
  }
  // A part that left cannot be taken back: sending the whole again would repeat it.
  if (parts.some((part) => textOf(part['status']) === '0'))
    return { outcome: 'unknown', detail: 'only some parts were taken' };
  return codes.outcome(textOf(refused['status']) ?? 'none', { uncertain: true, retryAfterSeconds });
}
