import type { EmailSender } from '../../ports/email-sender.ts';
import type { Circuit, MessageSender, SendOptions, SendOutcome } from '../../ports/send-outcome.ts';
import type { SmsSender } from '../../ports/sms-sender.ts';
import type { Lane } from './lane.ts';

/** What a provider needs to know about one attempt, whatever the channel. */
export interface OutgoingMessage {
  /** The key under which the provider may be asked again about the same sending. */
  readonly requestKey: string;
  readonly address: string;
  readonly subject: string | null;
  readonly body: string;
  /** E-mail only, beside the text. */
  readonly html: string | null;
  /** Where the recipient of marketing stops it; null elsewhere. */
  readonly unsubscribeUrl: string | null;
  readonly deadline: Date;
}

/** One configured provider as the sending engine sees it. */
export interface Provider {
  readonly name: string;
  readonly deduplicates: boolean;
  /** Whether its mails show a way out of marketing that needs no reading (RFC 8058). */
  readonly carriesUnsubscribe: boolean;
  /** Calls it would let through now. */
  admits(): number;
  circuit(): Circuit;
  send(message: OutgoingMessage, options: SendOptions): Promise<SendOutcome>;
}

/**
 * The providers of a lane, in failover order. Marketing passes by those that cannot carry `List-Unsubscribe` while any other can:
 * large mail services reject it without, and a failover that gets the rest rejected helps nobody.
 */
export function providersOf(all: readonly Provider[], lane: Lane): readonly Provider[] {
  if (lane.name !== 'marketing') return all;
  const carrying = all.filter(({ carriesUnsubscribe }) => carriesUnsubscribe);
  return carrying.length === 0 ? all : carrying;
}

/** How much may leave towards the providers, and be spent. Each figure is a promise to a vendor or to whoever pays. */
export interface SendingLimits {
  /** Calls per second that a provider allows, by its name; `defaultRate` for those not named. */
  readonly perSecond: Readonly<Record<string, number>>;
  readonly defaultRate: number;
  /** The part of each rate kept for one-time codes, between 0 and 1. */
  readonly otpShare: number;
  /** SMS begun per UTC day: in total, and to one country calling code. */
  readonly smsPerDay: number;
  readonly smsPerCountryPerDay: number;
}

/** A token bucket: what may leave at once, and what it regains per second. */
export interface Bucket {
  readonly key: string;
  readonly capacity: number;
  readonly perSecond: number;
}

/** How long a token may wait for its call. What leaves in one second was granted in that second and so much before it. */
export const HELD_MILLISECONDS = 20;

/**
 * The bucket of one provider and lane. With 88 % of the allowed rate and 10 % of capacity, no window of one second ever
 * sees more than the allowed number: the emptying of a full bucket is part of it, and so are tokens held for a moment.
 */
export function bucketOf(provider: string, lane: Lane, limits: SendingLimits): Bucket {
  const allowed = limits.perSecond[provider] ?? limits.defaultRate;
  const share = allowed * (lane.name === 'otp' ? limits.otpShare : 1 - limits.otpShare);
  return {
    // Marketing has no share of its own: it uses what nothing else needs.
    key: `${lane.channel}:${provider}:${lane.name === 'otp' ? 'otp' : 'bulk'}`,
    capacity: Math.max(1, Math.floor(share * 0.1)),
    perSecond: share * 0.88,
  };
}

function presented<Message>(sender: MessageSender<Message>): Omit<Provider, 'send'> {
  return {
    name: sender.name,
    deduplicates: sender.deduplicates,
    carriesUnsubscribe: sender.carriesUnsubscribe ?? true,
    admits: () => sender.admits?.() ?? Infinity,
    circuit: () => sender.circuit?.() ?? { state: 'closed', reason: 'there is no circuit' },
  };
}

export function smsProvider(sender: SmsSender): Provider {
  return {
    ...presented(sender),
    send: ({ requestKey, address, body, deadline }, options) =>
      sender.send({ reference: requestKey, to: address, text: body, validUntil: deadline }, options),
  };
}

export function emailProvider(sender: EmailSender): Provider {
  return {
    ...presented(sender),
    send: ({ requestKey, address, subject, body, html, unsubscribeUrl }, options) =>
      sender.send(
        {
          ...{ reference: requestKey, to: address, subject: subject ?? '', text: body },
          ...(html === null ? {} : { html }),
          ...(unsubscribeUrl === null ? {} : { unsubscribeUrl }),
        },
        options,
      ),
  };
}
