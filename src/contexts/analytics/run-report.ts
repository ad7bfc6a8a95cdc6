import { createHash } from 'node:crypto';
import pg from 'pg';
import { statement } from '../../database/transaction.ts';
import type { Transaction } from '../../database/transaction.ts';
import { matches } from '../../shared/etag.ts';
import { unavailable } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { readFreshness } from './freshness-store.ts';
import type { Freshness } from './freshness-store.ts';
import { DEFINITION_VERSION } from './metrics.ts';
import { problems } from './problems.ts';
import { createReportPace } from './report-pace.ts';

export interface ReportRequest<Figures> {
  /** Everything the figures depend on beside the data: the operation and its parameters. */
  readonly query: readonly unknown[];
  readonly ifNoneMatch?: string | undefined;
  /** Reads the figures in the snapshot whose freshness is given. */
  readonly read: (tx: Transaction, freshness: Freshness) => Promise<Figures>;
  /** What somebody whose report took too long can ask instead. */
  readonly narrow: string;
}

/** Figures with how fresh they are, or that the caller has them already. */
export type Report<Figures> =
  | { readonly unchanged: true; readonly etag: string }
  | { readonly unchanged: false; readonly etag: string; readonly freshness: Freshness; readonly figures: Figures };

/** Where reports run changes with a fail-over only. */
const recovery = statement<{ replica: boolean }>('analytics.is_replica', 'select pg_is_in_recovery() as replica');

/** `invalid_parameter_value`: a zone that Node knows and PostgreSQL does not. */
const UNKNOWN_ZONE = '22023';
const CANCELLED = '57014';

const REMEMBERED_MILLISECONDS = 10_000;

export type RunReport = <Figures>(request: ReportRequest<Figures>) => Promise<Report<Figures>>;

/**
 * Runs reports on the reporting pool, each in one snapshot with its freshness, and cut by PostgreSQL after the time that its
 * place can spare: less on the primary than on a replica. On the primary they also take turns, and rest between them.
 *
 * @throws Problem 503 `unavailable` when it took too long, when too many come together, or when the replica is too far behind
 *   to be believed
 */
export function createRunReport({
  reporting,
  limits,
  clock,
}: Pick<AnalyticsDependencies, 'reporting' | 'limits' | 'clock'>): RunReport {
  let known: { readonly replica: boolean; readonly until: number } | undefined;
  const pace = createReportPace(limits.pace);
  const isReplica = async (): Promise<boolean> => {
    if (known === undefined || known.until < clock.now().getTime()) {
      const [row] = await reporting.query(recovery);
      known = { replica: row?.replica ?? false, until: clock.now().getTime() + REMEMBERED_MILLISECONDS };
    }
    return known.replica;
  };
  return async <Figures>({ query, ifNoneMatch, read, narrow }: ReportRequest<Figures>): Promise<Report<Figures>> => {
    const replica = await isReplica();
    const milliseconds = replica ? limits.replicaTimeout : limits.primaryTimeout;
    const readAll = () =>
      reporting.transaction<Report<Figures>>(
        async (tx) => {
          const freshness = await readFreshness(tx);
          requireFresh(freshness, limits.longestLag);
          const etag = tagOf(query, freshness);
          if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag, 'weak')) return { unchanged: true, etag };
          return { unchanged: false, etag, freshness, figures: await read(tx, freshness) };
        },
        { isolation: 'repeatable read', readOnly: true, statementTimeout: milliseconds },
      );
    try {
      return await (replica ? readAll() : pace(readAll));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw error;
      if (error.code === UNKNOWN_ZONE) throw new Problem(problems['time-zone-unknown'], { cause: error });
      if (error.code !== CANCELLED) throw error;
      throw unavailable(5, {
        detail: `The report took longer than ${milliseconds / 1_000} s: ${narrow}`,
        cause: error,
      });
    }
  };
}

function requireFresh({ replicaLagMs }: Freshness, longest: number): void {
  if (replicaLagMs === null || replicaLagMs <= longest) return;
  throw unavailable(10, {
    detail: `The replica that answers reports is ${Math.round(replicaLagMs / 1_000)} s behind; above ${longest / 1_000} s it answers nothing.`,
  });
}

/** Weak: two answers with one tag have the same figures, told at different moments. */
function tagOf(query: readonly unknown[], { version }: Freshness): string {
  const hash = createHash('sha256').update(JSON.stringify([DEFINITION_VERSION, version, ...query]));
  return `W/"${hash.digest('base64url').slice(0, 27)}"`;
}
