import { statement } from '../../database/transaction.ts';
import type { Queryable } from '../../database/transaction.ts';
import type { Circuit } from '../../ports/send-outcome.ts';
import type { Channel } from './message.ts';
import type { Provider } from './provider.ts';

/** A circuit that is not closed, as one process sees it. */
export interface NotedCircuit {
  readonly channel: Channel;
  readonly provider: string;
  readonly process: string;
  readonly state: 'open' | 'probing';
  readonly reason: string;
  readonly changedAt: Date;
}

/** Writes down what changed about these providers' circuits since the last call. */
export type NoteCircuits = (channel: Channel, providers: readonly Provider[]) => Promise<void>;

const write = statement(
  'notifications.note_circuit',
  `insert into notifications.provider_circuits (channel, provider, process, state, reason, changed_at)
   values ($1, $2, $3, $4, $5, clock_timestamp())
   on conflict (channel, provider, process) do update
     set state = excluded.state, reason = excluded.reason, changed_at = excluded.changed_at`,
);
const clear = statement(
  'notifications.clear_circuit',
  'delete from notifications.provider_circuits where channel = $1 and provider = $2 and process = $3',
);

/**
 * @param process names this process among all others
 */
export function createCircuitNotes(queryable: Queryable, process: string): NoteCircuits {
  const noted = new Map<string, Circuit['state']>();
  return async (channel, providers) => {
    for (const { name, circuit } of providers) {
      const { state, reason } = circuit();
      const key = `${channel}:${name}`;
      if (state === (noted.get(key) ?? 'closed')) continue;
      if (state === 'closed') await queryable.query(clear, [channel, name, process]);
      else await queryable.query(write, [channel, name, process, state, reason]);
      noted.set(key, state);
    }
  };
}

const read = statement<NotedCircuit>(
  'notifications.read_circuits',
  `select channel, provider, process, state, reason, changed_at as "changedAt" from notifications.provider_circuits
   order by channel, provider, process limit 1000`,
);

/** Every circuit that is not closed, of all processes. */
export function readCircuits(queryable: Queryable): Promise<NotedCircuit[]> {
  return queryable.query(read);
}

const drop = statement(
  'notifications.drop_stale_circuits',
  'delete from notifications.provider_circuits where changed_at < $1',
);

export async function dropStaleCircuits(queryable: Queryable, before: Date): Promise<void> {
  await queryable.query(drop, [before]);
}
