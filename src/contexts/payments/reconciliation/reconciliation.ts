import type { ProviderTransaction } from '../../../ports/payments.ts';
import type { Settlement } from '../ledger/settlement-store.ts';

/** One movement of money in a report. */
export interface ReportEntry {
  readonly operation: 'capture' | 'refund';
  readonly transactionId: string;
  readonly currency: string;
  /** In minor units; null where that side has none. */
  readonly ours: number | null;
  readonly theirs: number | null;
  readonly paymentId: string | null;
}

export interface Report {
  readonly oursOnly: readonly ReportEntry[];
  readonly theirsOnly: readonly ReportEntry[];
  readonly different: readonly ReportEntry[];
  /** Per operation and currency, what either side comes to on that day. */
  readonly sums: readonly {
    readonly operation: 'capture' | 'refund';
    readonly currency: string;
    readonly ours: number;
    readonly theirs: number;
  }[];
}

export interface Compared extends Report {
  readonly matched: number;
  /** The movements behind `theirsOnly`. */
  readonly missing: readonly ProviderTransaction[];
}

interface Day {
  readonly from: Date;
  readonly until: Date;
  /** What is younger is still on its way, and nothing is said of it. */
  readonly settledBefore: Date;
}

/**
 * Compares two lists that reach over the day on either side: an entry counts on the day of whoever has it, and finds its match
 * whichever day the other side booked it on.
 */
export function compare(ours: readonly Settlement[], theirs: readonly ProviderTransaction[], day: Day): Compared {
  const keyOf = ({ operation, transactionId }: { operation: string; transactionId: string }) =>
    `${operation} ${transactionId}`;
  const within = (at: Date): boolean => at >= day.from && at < day.until && at < day.settledBefore;
  const known = new Map(ours.map((entry) => [keyOf(entry), entry]));
  const listed = new Map(theirs.map((entry) => [keyOf(entry), entry]));
  const report = { oursOnly: [] as ReportEntry[], theirsOnly: [] as ReportEntry[], different: [] as ReportEntry[] };
  const missing: ProviderTransaction[] = [];
  let matched = 0;
  for (const entry of theirs.filter(({ at }) => within(at))) {
    const own = known.get(keyOf(entry));
    if (own === undefined) {
      report.theirsOnly.push(entryOf(undefined, entry));
      missing.push(entry);
    } else if (own.amount === entry.amount.amount && own.currency === entry.amount.currency) matched += 1;
    else report.different.push(entryOf(own, entry));
  }
  for (const entry of ours.filter(({ at }) => within(at))) {
    if (!listed.has(keyOf(entry))) report.oursOnly.push(entryOf(entry, undefined));
  }
  const sums = sumsOf(
    ours.filter(({ at }) => within(at)),
    theirs.filter(({ at }) => within(at)),
  );
  return { ...report, matched, missing, sums };
}

function entryOf(own: Settlement | undefined, theirs: ProviderTransaction | undefined): ReportEntry {
  const operation = theirs?.operation ?? (own?.operation === 'refund' ? 'refund' : 'capture');
  return {
    operation,
    transactionId: theirs?.transactionId ?? own?.transactionId ?? '',
    currency: theirs?.amount.currency ?? own?.currency ?? '',
    ours: own === undefined ? null : Number(own.amount),
    theirs: theirs === undefined ? null : Number(theirs.amount.amount),
    paymentId: own?.paymentId ?? null,
  };
}

function sumsOf(ours: readonly Settlement[], theirs: readonly ProviderTransaction[]): Report['sums'] {
  const sums = new Map<string, { operation: 'capture' | 'refund'; currency: string; ours: number; theirs: number }>();
  const at = (operation: 'capture' | 'refund', currency: string) => {
    const key = `${operation} ${currency}`;
    const sum = sums.get(key) ?? { operation, currency, ours: 0, theirs: 0 };
    sums.set(key, sum);
    return sum;
  };
  for (const { operation, currency, amount } of ours) {
    if (operation !== 'dispute') at(operation, currency).ours += Number(amount);
  }
  for (const { operation, amount } of theirs) at(operation, amount.currency).theirs += Number(amount.amount);
  return [...sums.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}
