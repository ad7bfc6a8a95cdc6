import type { DeliveryLookup } from '../../src/ports/delivery-lookup.ts';
import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import { parseObject, textOf } from '../vendor-call.ts';
import type { CallSendpulse } from './sendpulse-api.ts';

const DAY = 86_400_000;

/**
 * Asks SendPulse for mails by the ids it gave when it took them: what their webhooks call `message_id` may be another number,
 * so this is what surely finds them.
 */
export function createSendpulseLookup({ call }: { readonly call: CallSendpulse }): DeliveryLookup {
  return {
    name: 'sendpulse',
    most: 10,
    remembersMilliseconds: 3 * DAY,
    async find(messages, { signal }) {
      const reports: DeliveryReport[] = [];
      for (const { providerMessageId, reference } of messages) {
        // It finds by its own id alone.
        if (providerMessageId === null) continue;
        const answer = await call({
          method: 'GET',
          path: `/smtp/emails/${encodeURIComponent(providerMessageId)}`,
          signal,
        });
        if (answer.kind !== 'answered') return partly(reports, answer.code);
        // Not there yet.
        if (answer.status === 404) continue;
        if (answer.status !== 200) return partly(reports, `http-${answer.status}`);
        const code = textOf(parseObject(answer.text)?.['smtp_answer_code']) ?? '';
        const state = stateOf(code);
        if (state === null) continue;
        const eventKey = `${providerMessageId}:smtp-${code}`;
        reports.push({ eventKey, providerMessageId, reference, state, code: `smtp-${code}`, occurredAt: new Date() });
      }
      return { outcome: 'answered', reports };
    },
  };
}

function partly(reports: readonly DeliveryReport[], code: string): Awaited<ReturnType<DeliveryLookup['find']>> {
  return reports.length > 0 ? { outcome: 'answered', reports } : { outcome: 'unavailable', code };
}

/** What the recipient's mail server said: 2xx took it, 5xx refused it for good; anything else is still under way. */
function stateOf(code: string): DeliveryReport['state'] | null {
  if (/^2\d\d$/.test(code)) return 'delivered';
  return /^5\d\d$/.test(code) ? 'undelivered' : null;
}
