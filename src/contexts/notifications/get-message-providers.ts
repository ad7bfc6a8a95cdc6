import type { Database } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DeliveryLookup } from '../../ports/delivery-lookup.ts';
import type { DeliveryWebhook } from '../../ports/delivery-webhook.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import { readPauses } from './bucket-store.ts';
import { readCircuits } from './circuit-store.ts';
import type { NotedCircuit } from './circuit-store.ts';
import type { LaneName } from './lane.ts';
import type { Channel } from './message.ts';
import { countWaitingReports, readRecentCalls } from './provider-store.ts';
import { bucketOf } from './provider.ts';
import type { Provider, SendingLimits } from './provider.ts';

/** `pushed` by itself, when it is `asked`, `both`, or `none`. */
export type ReportWay = 'pushed' | 'asked' | 'both' | 'none';

export interface ProviderCondition {
  readonly channel: Channel;
  readonly name: string;
  /** Until when it asked us to leave a lane alone; absent lanes are open. */
  readonly pauses: readonly { readonly lane: Exclude<LaneName, 'marketing'>; readonly until: Date }[];
  /** Circuits in front of it that are not closed, one per process. */
  readonly circuits: readonly NotedCircuit[];
  /** Whether a message whose answer was lost is sent again, under the same key. */
  readonly deduplicates: boolean;
  /** How it tells what became of messages. */
  readonly reports: ReportWay;
  /** What it said, among the latest calls to all providers of the installation. */
  readonly recent: Readonly<Record<SendOutcome['outcome'], number>>;
  /** Its reports whose message is not known (yet), counted up to 1,000: many that stay are reports of somebody else. */
  readonly waitingReports: number;
}

export interface ProviderDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly providers: Readonly<Record<Channel, readonly Provider[]>>;
  readonly limits: SendingLimits;
  readonly webhooks: readonly DeliveryWebhook[];
  readonly lookups: readonly DeliveryLookup[];
}

/** The configured providers in failover order, and what keeps messages from them now: their own pauses and our circuits. */
export async function getMessageProviders(dependencies: ProviderDependencies): Promise<readonly ProviderCondition[]> {
  const { database, clock, providers, limits } = dependencies;
  const configured = (['sms', 'email'] as const).flatMap((channel) =>
    providers[channel].map(({ name, deduplicates }) => ({
      channel,
      name,
      deduplicates,
      buckets: (['otp', 'bulk'] as const).map((lane) => ({
        lane,
        key: bucketOf(name, { channel, name: lane }, limits).key,
      })),
    })),
  );
  const keys = configured.flatMap(({ buckets }) => buckets.map(({ key }) => key));
  const [pauses, circuits, recent, waiting] = await Promise.all([
    readPauses(database, keys),
    readCircuits(database),
    readRecentCalls(database),
    countWaitingReports(database),
  ]);
  const now = clock.now().getTime();
  return configured.map(({ channel, name, deduplicates, buckets }) => ({
    channel,
    name,
    deduplicates,
    reports: reportWay(name, dependencies),
    recent: recent(channel, name),
    waitingReports: waiting.get(name) ?? 0,
    pauses: buckets.flatMap(({ lane, key }) => {
      const wait = pauses.get(key);
      return wait === undefined ? [] : [{ lane, until: new Date(now + wait) }];
    }),
    circuits: circuits.filter((circuit) => circuit.channel === channel && circuit.provider === name),
  }));
}

function reportWay(name: string, { webhooks, lookups }: ProviderDependencies): ReportWay {
  // The sandbox's reports come from our own platform.
  const pushes = name === 'sandbox' || webhooks.some((webhook) => webhook.name === name);
  const answers = lookups.some((lookup) => lookup.name === name);
  if (pushes) return answers ? 'both' : 'pushed';
  return answers ? 'asked' : 'none';
}
