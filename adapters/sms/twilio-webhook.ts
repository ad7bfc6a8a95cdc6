import { createHmac } from 'node:crypto';
import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import type { DeliveryWebhook } from '../../src/ports/delivery-webhook.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isOneOf } from '../secrets.ts';
import { createCodeReader, tamed } from '../vendor-codes.ts';
import { TWILIO_EXPIRED, twilioReportCodes, twilioSendCodes } from './twilio-codes.ts';

export interface TwilioWebhookOptions {
  readonly authToken: string;
  /** The URL Twilio was given for this reference: what it signs, whatever proxies stand in between. */
  readonly statusCallback: (reference: string) => string;
  readonly watch: VendorWatch;
}

/** Reads Twilio's status callbacks. The signature covers the URL, so the reference in its path is proven too. */
export function createTwilioWebhook({ authToken, statusCallback, watch }: TwilioWebhookOptions): DeliveryWebhook {
  const codes = createCodeReader('twilio', { send: twilioSendCodes, reports: twilioReportCodes }, watch);
  return {
    name: 'twilio',
    judge({ raw, key, signature }) {
      const fields = new URLSearchParams(raw.toString('utf8'));
      if (!isTwilioSignature(signature ?? '', { authToken, url: statusCallback(key), fields })) {
        return { verdict: 'forged' };
      }
      const sid = fields.get('MessageSid') ?? fields.get('SmsSid') ?? '';
      const status = fields.get('MessageStatus') ?? fields.get('SmsStatus') ?? '';
      const told = codes.state(status, 'report');
      if (told === null || sid === '') return { verdict: 'genuine', reports: [] };
      const code = fields.get('ErrorCode');
      const expired = told === 'undelivered' && code === TWILIO_EXPIRED;
      const report: DeliveryReport = {
        eventKey: `${sid}:${status}`,
        providerMessageId: sid,
        reference: key,
        state: expired ? 'expired' : told,
        code: code === null ? undefined : `twilio-${tamed(code)}`,
        // RawDlrDoneDate has no zone and is mostly absent.
        occurredAt: new Date(),
      };
      return { verdict: 'genuine', reports: [report] };
    },
  };
}

export interface SignedByTwilio {
  readonly authToken: string;
  readonly url: string;
  readonly fields: URLSearchParams;
}

/**
 * Whether Twilio signed this form: base64(HMAC-SHA1(token, URL + each name and value, by name)). A name that stands several
 * times counts with its different values, sorted. The URL may be signed with or without the port that goes without saying.
 */
export function isTwilioSignature(signature: string, { authToken, url, fields }: SignedByTwilio): boolean {
  const names = [...new Set(fields.keys())].sort();
  const form = names.flatMap((name) => [...new Set(fields.getAll(name))].sort().map((value) => name + value)).join('');
  const expected = spellings(url).map((spelling) =>
    createHmac('sha1', authToken)
      .update(spelling + form)
      .digest('base64'),
  );
  return isOneOf(signature, expected);
}

/** The URL without a port and with one: its own, else the one that goes without saying. */
function spellings(url: string): readonly string[] {
  const [, scheme = '', authority = '', rest = ''] = /^(https?):\/\/([^/?#]*)(.*)$/.exec(url) ?? [];
  const [port] = /:\d+$/.exec(authority) ?? [scheme === 'https' ? ':443' : ':80'];
  const host = authority.replace(/:\d+$/, '');
  return [`${scheme}://${host}${rest}`, `${scheme}://${host}${port}${rest}`];
}
