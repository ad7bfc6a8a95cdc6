import type { Database } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import { readPauses } from './bucket-store.ts';
import { readCircuits } from './circuit-store.ts';
import type { NotedCircuit } from './circuit-store.ts';
import type { LaneName } from './lane.ts';
import type { Channel } from './message.ts';
import { bucketOf } from './provider.ts';
import type { Provider, SendingLimits } from './provider.ts';

export interface ProviderCondition {
  readonly channel: Channel;
  readonly name: string;
  /** Until when it asked us to leave a lane alone; absent lanes are open. */
  readonly pauses: readonly { readonly lane: Exclude<LaneName, 'marketing'>; readonly until: Date }[];
  /** Circuits in front of it that are not closed, one per process. */
  readonly circuits: readonly NotedCircuit[];
}

export interface ProviderDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly providers: Readonly<Record<Channel, readonly Provider[]>>;
  readonly limits: SendingLimits;
}

/** The configured providers in failover order, and what keeps messages from them now: their own pauses and our circuits. */
export async function getMessageProviders(dependencies: ProviderDependencies): Promise<readonly ProviderCondition[]> {
  const { database, clock, providers, limits } = dependencies;
  const configured = (['sms', 'email'] as const).flatMap((channel) =>
    providers[channel].map(({ name }) => ({
      channel,
      name,
      buckets: (['otp', 'bulk'] as const).map((lane) => ({
        lane,
        key: bucketOf(name, { channel, name: lane }, limits).key,
      })),
    })),
  );
  const keys = configured.flatMap(({ buckets }) => buckets.map(({ key }) => key));
  const [pauses, circuits] = await Promise.all([readPauses(database, keys), readCircuits(database)]);
  const now = clock.now().getTime();
  return configured.map(({ channel, name, buckets }) => ({
    channel,
    name,
    pauses: buckets.flatMap(({ lane, key }) => {
      const wait = pauses.get(key);
      return wait === undefined ? [] : [{ lane, until: new Date(now + wait) }];
    }),
    circuits: circuits.filter((circuit) => circuit.channel === channel && circuit.provider === name),
  }));
}
