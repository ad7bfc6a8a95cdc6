import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import type { DeliveryWebhook } from '../../src/ports/delivery-webhook.ts';
import type { VendorWatch } from '../../src/ports/vendor-watch.ts';
import { isOneOf } from '../secrets.ts';
import { isObject, textOf } from '../vendor-call.ts';
import { createCodeReader, tamed } from '../vendor-codes.ts';
import { sendpulseFates, sendpulseReportCodes, sendpulseSendCodes } from './sendpulse-codes.ts';

export interface SendpulseWebhookOptions {
  /** The secret ends of the path that the panel was given; several while one replaces the other. */
  readonly tokens: readonly string[];
  readonly watch: VendorWatch;
}

/** Reads SendPulse's events: an array every half minute, unsigned, so that the secret path is their only proof. */
export function createSendpulseWebhook({ tokens, watch }: SendpulseWebhookOptions): DeliveryWebhook {
  const codes = createCodeReader('sendpulse', { send: sendpulseSendCodes, reports: sendpulseReportCodes }, watch);
  return {
    name: 'sendpulse',
    judge({ raw, key }) {
      if (!isOneOf(key, tokens)) return { verdict: 'forged' };
      const reports = eventsOf(raw).flatMap((event): DeliveryReport[] => {
        const kind = textOf(event['event']) ?? '';
        // Bounces name their fields otherwise.
        const id = textOf(event['message_id']) ?? textOf(event['task_id']);
        const state = codes.state(kind, 'report');
        if (state === null || id === undefined || !/^[!-~]{1,200}$/.test(id)) return [];
        const seconds = Number(textOf(event['timestamp']));
        const code = textOf(event['smtp_server_response_code']);
        return [
          {
            eventKey: `${id}:${kind}:${Number.isFinite(seconds) ? seconds : 0}`,
            providerMessageId: id,
            state,
            code: state === 'delivered' ? undefined : `smtp-${tamed(code ?? kind)}`,
            recipient: Object.hasOwn(sendpulseFates, kind) ? sendpulseFates[kind] : undefined,
            occurredAt: seconds > 0 ? new Date(Math.min(seconds * 1000, Date.now())) : new Date(),
          },
        ];
      });
      return { verdict: 'genuine', reports };
    },
  };
}

function eventsOf(raw: Buffer): readonly Readonly<Record<string, unknown>>[] {
  try {
    const events: unknown = JSON.parse(raw.toString('utf8'));
    return Array.isArray(events) ? events.filter(isObject) : [];
  } catch {
    return [];
  }
}
