import { channels } from './metrics.ts';
import type { FunnelChannel, FunnelClass } from './metrics.ts';
import type { Sum } from './sum-store.ts';

/**
 * Where the messages stand that were created in a stretch of time. `created` ≥ `taken` ≥ `delivered`; every message is in
 * exactly one of the others, and none is folded into another.
 */
export interface Funnel {
  readonly created: number;
  /** A provider has them, whatever it said later. */
  readonly taken: number;
  readonly delivered: number;
  readonly undelivered: number;
  /** No report came in time. */
  readonly expired: number;
  /** Taken, and no report yet. */
  readonly awaited: number;
  /** Perhaps sent: the provider's answer was lost. */
  readonly unknown: number;
  readonly suppressed: number;
  readonly cancelled: number;
  readonly dead: number;
  /** Not handed over yet. */
  readonly waiting: number;
}

const WAITING = ['scheduled', 'queued', 'claimed', 'sending', 'retry_wait'];

/** @param ofClass only messages of this class */
export function funnelOf(sums: readonly Sum[], channel: FunnelChannel, ofClass?: FunnelClass): Funnel {
  const counts = new Map<string, number>();
  for (const { metric, dimension, n } of sums) {
    const [itsChannel, itsClass, state = ''] = dimension.split('/');
    if (metric !== 'messages' || itsChannel !== channel) continue;
    if (ofClass !== undefined && itsClass !== ofClass) continue;
    counts.set(state, (counts.get(state) ?? 0) + n);
  }
  const of = (...states: readonly string[]): number => states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  return {
    created: of('created'),
    taken: of('sent', 'delivered', 'undelivered', 'expired'),
    delivered: of('delivered'),
    undelivered: of('undelivered'),
    expired: of('expired'),
    awaited: of('sent'),
    unknown: of('unknown'),
    suppressed: of('suppressed'),
    cancelled: of('cancelled'),
    dead: of('dead'),
    waiting: of(...WAITING),
  };
}

/** The funnel of each channel. */
export function funnelsOf(sums: readonly Sum[], ofClass?: FunnelClass): Readonly<Record<FunnelChannel, Funnel>> {
  const [sms, email] = channels.map((channel) => funnelOf(sums, channel, ofClass)) as [Funnel, Funnel];
  return { sms, email };
}
