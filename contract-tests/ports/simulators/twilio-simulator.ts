import { createHmac } from 'node:crypto';
import { readForm, startHttpSimulator } from './http-simulator.ts';
import type { HttpSimulator, SimulatedAnswer, SimulatedRequest, WireTrouble } from './http-simulator.ts';

export const twilioAccount = { accountSid: `AC${'0123456789abcdef'.repeat(2)}`, authToken: 'a token of Twilio' };

export interface TwilioMessage {
  readonly sid: string;
  readonly to: string;
  readonly text: string;
  readonly statusCallback: string | undefined;
  readonly validityPeriod: string | undefined;
}

/** Twilio's `2010-04-01` Messages resource and its signed status callbacks. */
export interface TwilioSimulator extends HttpSimulator {
  readonly messages: readonly TwilioMessage[];
  /** The next refusals: HTTP status and Twilio's error code. */
  refusal: readonly [number, number];
  /** A callback as Twilio would send it for this message. */
  callback(message: TwilioMessage, status: string, fields?: Readonly<Record<string, string>>): TwilioCallback;
}

export interface TwilioCallback {
  readonly url: string;
  readonly body: string;
  readonly signature: string;
}

export async function startTwilioSimulator(): Promise<TwilioSimulator> {
  const messages: TwilioMessage[] = [];
  const { accountSid, authToken } = twilioAccount;
  const basic = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  const refuse = (status: number, code: number, headers = {}): SimulatedAnswer => ({
    status,
    headers,
    body: { code, message: `Refused, about +989121234567: ${code}`, more_info: `https://…/${code}`, status },
  });

  function answer(request: SimulatedRequest, trouble: WireTrouble): SimulatedAnswer {
    if (request.method !== 'POST' || request.path !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) {
      throw new Error(`no such resource: ${request.method} ${request.path}`);
    }
    if (request.headers.authorization !== basic) return refuse(401, 20_003);
    if (trouble === 'reject') return refuse(...simulator.refusal);
    if (trouble === 'fail') return refuse(503, 20_503);
    if (trouble === 'too-fast') return refuse(429, 20_429, { 'retry-after': '300' });
    const form = readForm(request, {
      required: ['To', 'Body'],
      optional: ['From', 'MessagingServiceSid', 'StatusCallback', 'ValidityPeriod'],
    });
    const { To: to = '', Body: text = '', ValidityPeriod: validityPeriod, StatusCallback: statusCallback } = form;
    if ('From' in form === 'MessagingServiceSid' in form) throw new Error('one of From and MessagingServiceSid');
    if (text.length > 1_600) return refuse(400, 21_617);
    if (validityPeriod !== undefined && !(Number(validityPeriod) >= 1 && Number(validityPeriod) <= 36_000)) {
      return refuse(400, 90_007);
    }
    const sid = `SM${String(messages.length).padStart(32, '0')}`;
    messages.push({ sid, to, text, statusCallback, validityPeriod });
    const status = 'From' in form ? 'queued' : 'accepted';
    return {
      status: 201,
      body: { sid, status, to, num_segments: '1', error_code: null, error_message: null, price: null },
    };
  }

  const simulator: TwilioSimulator = Object.assign(await startHttpSimulator(answer), {
    messages,
    refusal: [400, 21_211] as const,
    callback(message: TwilioMessage, status: string, fields: Readonly<Record<string, string>> = {}): TwilioCallback {
      const url = message.statusCallback ?? '';
      const form = {
        MessageSid: message.sid,
        MessageStatus: status,
        SmsSid: message.sid,
        SmsStatus: status,
        To: message.to,
        From: '+15005550006',
        AccountSid: accountSid,
        ApiVersion: '2010-04-01',
        ...fields,
      };
      let signed = url;
      for (const [name, value] of Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1))) signed += name + value;
      const signature = createHmac('sha1', authToken).update(signed).digest('base64');
      return { url, body: new URLSearchParams(form).toString(), signature };
    },
  });
  return simulator;
}
