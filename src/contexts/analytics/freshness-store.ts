import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';

/** How fresh the figures of one snapshot are. */
export interface Freshness {
  /** Nothing that happened before it is missing. */
  readonly asOf: Date;
  readonly source: 'primary' | 'replica';
  /** How far behind the replica is; null on the primary. */
  readonly replicaLagMs: number | null;
  /** Moves when figures or the completeness of a bucket do. */
  readonly version: number;
  /** The zones that have days. */
  readonly zones: readonly string[];
  /** Whether they have hours as well; false for the moment in which two releases run beside each other. */
  readonly hoursAreWhole: boolean;
}

const readFreshnessStatement = statement<{
  asOf: Date;
  inRecovery: boolean;
  lag: number;
  version: number;
  zones: string[];
  hoursAreWhole: boolean;
}>(
  'analytics.read_freshness',
  `select greatest(as_of, '1970-01-01 00:00:00+00') as "asOf", pg_is_in_recovery() as "inRecovery",
     greatest(0, floor(extract(epoch from clock_timestamp() - beat_at) * 1000))::bigint as lag, version,
     array(select name from analytics.zones order by name) as zones,
     hours_below is not distinct from below as "hoursAreWhole"
   from analytics.rollup_state where name = 'facts'`,
);

export async function readFreshness(tx: Transaction): Promise<Freshness> {
  const [row] = await tx.query(readFreshnessStatement);
  if (row === undefined) throw new Error('The state of the rollups is made with their tables.');
  const { asOf, inRecovery, lag, version, zones, hoursAreWhole } = row;
  return {
    asOf,
    source: inRecovery ? 'replica' : 'primary',
    replicaLagMs: inRecovery ? lag : null,
    version,
    zones,
    hoursAreWhole,
  };
}
