import type { Queryable } from '../../database/transaction.ts';
import { readPauses } from './bucket-store.ts';
import type { ClaimedMessage } from './claim-store.ts';
import type { Lane } from './lane.ts';
import { bucketOf } from './provider.ts';
import type { Provider, SendingLimits } from './provider.ts';

/** When to look again at a provider whose circuit is open. */
const CIRCUIT_LOOK_MILLISECONDS = 5_000;

/** A provider and how long it must be left alone: 0 while it takes messages. */
export interface Willingness {
  readonly provider: Provider;
  readonly wait: number;
}

/** The lane's providers in failover order, with the pauses they asked for and their open circuits. */
export async function readWillingness(
  queryable: Queryable,
  lane: Lane,
  providers: readonly Provider[],
  limits: SendingLimits,
): Promise<readonly Willingness[]> {
  const keys = providers.map((provider) => bucketOf(provider.name, lane, limits).key);
  const pauses = await readPauses(queryable, keys);
  return providers.map((provider, index) => {
    const pause = pauses.get(keys[index] ?? '') ?? 0;
    return { provider, wait: Math.max(pause, provider.admits() < 1 ? CIRCUIT_LOOK_MILLISECONDS : 0) };
  });
}

/** Where a message goes now: through a provider, back to the queue for a while, or nowhere any more. */
export type Way =
  | { readonly kind: 'send'; readonly provider: Provider }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'lost' };

/**
 * Chooses the provider of one message: the one it was routed to, else the first willing one. A message whose earlier call
 * may have arrived waits for the provider of that call, whatever the others would do.
 */
export function chooseProvider(
  message: Pick<ClaimedMessage, 'route' | 'request_key'>,
  willingness: readonly Willingness[],
): Way {
  const routed = willingness.find(({ provider }) => provider.name === message.route);
  if (routed === undefined && message.request_key !== null) return { kind: 'lost' };
  const chosen = routed ?? willingness.find(({ wait }) => wait === 0);
  if (chosen === undefined) return { kind: 'wait', milliseconds: shortestWait(willingness) };
  return chosen.wait === 0 ? { kind: 'send', provider: chosen.provider } : { kind: 'wait', milliseconds: chosen.wait };
}

/** The milliseconds until the first of them takes messages. */
export function shortestWait(willingness: readonly Willingness[]): number {
  return Math.min(...willingness.map(({ wait }) => wait));
}
