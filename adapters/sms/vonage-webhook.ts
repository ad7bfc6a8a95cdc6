import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import type { DeliveryWebhook, PushedReport } from '../../src/ports/delivery-webhook.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isOneOf } from '../secrets.ts';
import { parseObject, textOf } from '../vendor-call.ts';
import { createCodeReader, tamed } from '../vendor-codes.ts';
import { vonageReportCodes, vonageSendCodes } from './vonage-codes.ts';
import { isVonageSignature } from './vonage-signature.ts';
import type { VonageSignature } from './vonage-signature.ts';

export interface VonageWebhookOptions {
  /** The secret ends of the path; several while one replaces the other. */
  readonly tokens: readonly string[];
  /** Set once Vonage has turned signing on for the account: an unsigned receipt is then refused. */
  readonly signature?: VonageSignature | undefined;
  readonly watch: VendorWatch;
}

const REFERENCE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads Vonage's delivery receipts, as form or JSON; one comes for each part of a text. */
export function createVonageWebhook({ tokens, signature, watch }: VonageWebhookOptions): DeliveryWebhook {
  const codes = createCodeReader('vonage', { send: vonageSendCodes, reports: vonageReportCodes }, watch);
  return {
    name: 'vonage',
    judge(pushed) {
      if (!isOneOf(pushed.key, tokens)) return { verdict: 'forged' };
      const fields = fieldsOf(pushed);
      if (signature !== undefined && !isVonageSignature(fields, signature)) return { verdict: 'forged' };
      const { messageId = '', status = '', scts = '' } = fields;
      const reference = fields['client-ref'] ?? '';
      const state = codes.state(status, 'report');
      if (state === null || messageId === '') return { verdict: 'genuine', reports: [] };
      const error = fields['err-code'] ?? '0';
      const report: DeliveryReport = {
        eventKey: `${messageId}:${status}`,
        providerMessageId: messageId,
        reference: REFERENCE.test(reference) ? reference : undefined,
        state,
        code: error === '0' ? undefined : `vonage-${tamed(error)}`,
        occurredAt: momentOf(scts),
      };
      return { verdict: 'genuine', reports: [report] };
    },
  };
}

function fieldsOf({ raw, mediaType }: PushedReport): Readonly<Record<string, string>> {
  const text = raw.toString('utf8');
  if (mediaType !== 'application/json') return Object.fromEntries(new URLSearchParams(text));
  const entries = Object.entries(parseObject(text) ?? {});
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (textOf(value) === undefined ? [] : [[name, String(value)]])),
  );
}

/** `YYMMDDhhmm` in UTC; now where it says nothing. */
function momentOf(scts: string): Date {
  const [, year, month, day, hour, minute] = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(scts) ?? [];
  if (minute === undefined) return new Date();
  const told = Date.UTC(2000 + Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  return new Date(Math.min(told, Date.now()));
}
