import type { LookupOutcome } from '../../ports/delivery-lookup.ts';
import type { PushVerdict } from '../../ports/delivery-webhook.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { Lane } from './lane.ts';

/** Hears what sending does; the composition turns it into metrics. Must not throw. */
export interface SendingObserver {
  attempted(event: {
    readonly lane: Lane;
    readonly provider: string;
    readonly outcome: SendOutcome['outcome'];
    readonly count: number;
  }): void;
  /** A daily limit held these back. Nobody is told otherwise: it is worth an alarm. */
  overBudget(event: { readonly lane: Lane; readonly count: number }): void;
  reported(event: { readonly provider: string; readonly count: number }): void;
  /** A delivery webhook was called; forged reports leave no other trace. */
  pushed(event: { readonly provider: string; readonly verdict: PushVerdict['verdict'] }): void;
  /** A provider was asked what became of messages. */
  lookedUp(event: { readonly provider: string; readonly outcome: LookupOutcome['outcome'] }): void;
}

export const silentObserver: SendingObserver = {
  attempted: () => undefined,
  overBudget: () => undefined,
  reported: () => undefined,
  pushed: () => undefined,
  lookedUp: () => undefined,
};
