import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { AttemptRecord } from './attempt-store.ts';
import type { MessageClass } from './message.ts';

/** How long a report may take to come; then `sent` ends as `expired`, and `unknown` stays unknown for good. */
export const REPORT_WAIT_MILLISECONDS = 72 * 3600 * 1000;

/** Calls per message over all providers; pauses that a provider asked for don't count. */
export const MAX_ATTEMPTS = 8;

interface Backoff {
  readonly first: number;
  readonly factor: number;
  readonly longest: number;
}

/** One-time codes are worth a few quick tries; everything else patient ones, over about two and a half hours. */
const BACKOFF: Readonly<Record<MessageClass, Backoff>> = {
  otp: { first: 1_000, factor: 2, longest: 15_000 },
  transactional: { first: 5_000, factor: 4, longest: 3_600_000 },
  marketing: { first: 10_000, factor: 4, longest: 3_600_000 },
};

export interface AttemptContext {
  readonly class: MessageClass;
  readonly deadline: Date;
  /** Including the attempt that has just ended. */
  readonly attempts: number;
  readonly provider: string;
  readonly deduplicates: boolean;
  /** The provider after this one in failover order, or null. */
  readonly nextProvider: string | null;
  readonly now: Date;
  /** This attempt asked again about a call whose fate is unknown: "not sent" now says nothing about that call. */
  readonly resend: boolean;
  /** A number in [0, 1): spreads retries. */
  readonly chance: number;
}

type Step = AttemptRecord['step'];

/**
 * Where a message goes after an attempt. Only an outcome that is certainly "not sent" is tried again or through another
 * provider; `unknown` is asked again at the same provider, under the same key, and only if that provider deduplicates.
 */
export function nextStep(outcome: SendOutcome, context: AttemptContext): Step {
  switch (outcome.outcome) {
    case 'accepted':
      return { ...resting('sent', context), reason: null };
    case 'rejected':
      return dead(outcome.code, context);
    case 'throttled': {
      const pause = outcome.retryAfterSeconds * 1000;
      return retry(context, { reason: 'throttled', counts: false, pause });
    }
    case 'unavailable':
      return retry(context, { reason: outcome.code, counts: true, pause: backoff(context) });
    case 'unknown':
      return unknown(context, backoff(context), true);
  }
}

/** The wait before the next attempt: growing, capped, of which a random half is left out so that retries spread. */
export function backoff(context: Pick<AttemptContext, 'class' | 'attempts' | 'chance'>): number {
  const { first, factor, longest } = BACKOFF[context.class];
  const full = Math.min(longest, first * factor ** (context.attempts - 1));
  return Math.round(full * (1 - context.chance / 2));
}

interface Pause {
  readonly reason: string;
  readonly counts: boolean;
  readonly pause: number;
}

function retry(context: AttemptContext, { reason, counts, pause }: Pause): Step {
  if (context.resend) return unknown(context, pause, counts);
  // Attempts are counted over all providers: a message nobody takes must end.
  if (counts && context.attempts >= MAX_ATTEMPTS) return dead(reason, context);
  const wait = context.nextProvider === null ? pause : 0;
  const nextAttemptAt = new Date(context.now.getTime() + wait);
  if (nextAttemptAt >= context.deadline) return { ...dead('deadline', context), counts };
  return {
    state: 'retry_wait',
    reason,
    nextAttemptAt,
    wakeAt: null,
    settledAt: null,
    route: context.nextProvider,
    counts,
  };
}

function unknown(context: AttemptContext, pause: number, counts: boolean): Step {
  const nextAttemptAt = new Date(context.now.getTime() + pause);
  const exhausted = counts && context.attempts >= MAX_ATTEMPTS;
  if (!context.deduplicates || exhausted || nextAttemptAt >= context.deadline) return resting('unknown', context);
  return { ...resting('unknown', context), nextAttemptAt, wakeAt: null, route: context.provider, counts };
}

function resting(state: 'sent' | 'unknown', { now }: AttemptContext): Step {
  return {
    state,
    reason: state === 'unknown' ? 'answer-lost' : null,
    nextAttemptAt: null,
    wakeAt: new Date(now.getTime() + REPORT_WAIT_MILLISECONDS),
    settledAt: null,
    route: null,
    counts: true,
  };
}

function dead(reason: string, { now }: AttemptContext): Step {
  return { state: 'dead', reason, nextAttemptAt: null, wakeAt: null, settledAt: now, route: null, counts: true };
}
