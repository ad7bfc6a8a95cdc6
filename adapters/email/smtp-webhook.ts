import type { DeliveryReport } from '../../src/ports/delivery-report.ts';
import type { DeliveryWebhook } from '../../src/ports/delivery-webhook.ts';
import { isOneOf } from '../secrets.ts';
import { readBounce } from './bounce.ts';
import type { Bounce, BouncedRecipient } from './bounce.ts';
import type { ReturnPaths } from './return-path.ts';
import { messageIdOf } from './smtp.ts';
import { saysNobodyIsThere } from './smtp-status.ts';

export interface SmtpWebhookOptions {
  /** The secret ends of the path that the mail server was given; several while one replaces the other. */
  readonly tokens: readonly string[];
  readonly returnPaths: ReturnPaths;
  /** Who writes, as the sender has it. */
  readonly from: string;
}

const states: Readonly<Record<string, DeliveryReport['state']>> = { failed: 'undelivered', delivered: 'delivered' };

/**
 * Reads delivery status notifications that a mail server hands over as they arrived. The secret path proves the server, and the
 * signed return path that the report is about a mail of ours: whoever writes to that mailbox cannot have an address suppressed.
 */
export function createSmtpWebhook({ tokens, returnPaths, from }: SmtpWebhookOptions): DeliveryWebhook {
  return {
    name: 'smtp',
    async judge({ raw, key }) {
      if (!isOneOf(key, tokens)) return { verdict: 'forged' };
      const bounce = await readBounce(raw);
      const reference = bounce && referenceIn(bounce, returnPaths);
      if (bounce === undefined || reference === undefined) return { verdict: 'genuine', reports: [] };
      const reports = bounce.recipients.flatMap((recipient) => {
        const state = states[recipient.action];
        return state === undefined ? [] : reportOf(recipient, { reference, state, from });
      });
      return { verdict: 'genuine', reports };
    },
  };
}

function referenceIn({ arrivedAt, envelopeId }: Bounce, returnPaths: ReturnPaths): string | undefined {
  for (const text of [...arrivedAt, envelopeId ?? '']) {
    const reference = returnPaths.read(text);
    if (reference !== undefined) return reference;
  }
  return undefined;
}

interface Reported {
  readonly reference: string;
  readonly state: DeliveryReport['state'];
  readonly from: string;
}

function reportOf({ action, status, words }: BouncedRecipient, { reference, state, from }: Reported): DeliveryReport {
  const gone = state === 'undelivered' && saysNobodyIsThere(status, words);
  return {
    eventKey: `${reference}:${action}:${status ?? 'none'}`,
    providerMessageId: messageIdOf(reference, from),
    reference,
    state,
    code: state === 'delivered' ? undefined : `smtp-${status ?? 'bounced'}`,
    recipient: gone ? 'gone' : undefined,
    occurredAt: new Date(),
  };
}
