import type { EmailMessage, EmailSender } from '../../src/ports/email-sender.ts';
import type { SendOutcome } from '../../src/ports/send-outcome.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { parseObject, retryAfter, textOf } from '../vendor-call.ts';
import type { VendorAnswer } from '../vendor-call.ts';
import { createCodeReader } from '../vendor-codes.ts';
import type { CodeReader } from '../vendor-codes.ts';
import { isOneAddress, notOneAddress, parseMailbox } from './mailbox.ts';
import type { CallSendpulse } from './sendpulse-api.ts';
import { sendpulseReportCodes, sendpulseSendCodes } from './sendpulse-codes.ts';

export interface SendpulseOptions {
  readonly call: CallSendpulse;
  /** Who writes: `Portico <no-reply@example.org>`; confirmed at SendPulse. */
  readonly from: string;
  readonly watch: VendorWatch;
}

/** SendPulse says nothing of when to come back. */
const PAUSE_SECONDS = 1;
const QUOTA_PAUSE_SECONDS = 60;

/** Sends through SendPulse's SMTP service over HTTP. It dedupes nothing: a lost answer stays unknown, and is never sent again. */
export function createSendpulseEmailSender({ call, from, watch }: SendpulseOptions): EmailSender {
  const sender = parseMailbox(from);
  const codes = createCodeReader('sendpulse', { send: sendpulseSendCodes, reports: sendpulseReportCodes }, watch);
  return {
    name: 'sendpulse',
    deduplicates: false,
    // Its API has fields for addresses, texts, templates and attachments, and none for headers.
    carriesUnsubscribe: false,
    async send(message, { signal, traceparent }) {
      if (!isOneAddress(message.to)) return notOneAddress;
      const body = { email: emailOf(message, sender) };
      return outcomeOf(await call({ method: 'POST', path: '/smtp/emails', body, signal, traceparent }), codes);
    },
  };
}

function emailOf(message: EmailMessage, sender: ReturnType<typeof parseMailbox>): object {
  return {
    subject: message.subject.replaceAll(/[\r\n]+/g, ' '),
    text: message.text,
    // Base64 here, unlike the text.
    ...(message.html === undefined ? {} : { html: Buffer.from(message.html).toString('base64') }),
    from: { name: sender.name, email: sender.address },
    to: [{ name: '', email: message.to }],
  };
}

function outcomeOf(answer: VendorAnswer, codes: CodeReader): SendOutcome {
  const failed = codes.withoutAnswer(answer);
  if (failed !== undefined || answer.kind !== 'answered') return failed ?? { outcome: 'unknown', detail: 'no answer' };
  const body = parseObject(answer.text);
  if (answer.status < 300) {
    const id = textOf(body?.['id']);
    if (body?.['result'] !== true || id === undefined) return { outcome: 'unknown', detail: 'taken, without an id' };
    return { outcome: 'accepted', providerMessageId: id };
  }
  const limited = /limit|quota|exceed/i.test(textOf(body?.['message']) ?? '');
  if (answer.status === 422 && limited) {
    return codes.outcome('limited', { uncertain: false, retryAfterSeconds: QUOTA_PAUSE_SECONDS });
  }
  const code = answer.status === 422 ? (textOf(body?.['error_code']) ?? 'http-422') : `http-${answer.status}`;
  return codes.outcome(code, { uncertain: false, retryAfterSeconds: retryAfter(answer.headers, PAUSE_SECONDS) });
}
