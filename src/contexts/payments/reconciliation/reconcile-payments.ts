import type { JobRun } from '../../../jobs/queue.ts';
import type { PaymentProvider, ProviderTransaction } from '../../../ports/payments.ts';
import { derivedId } from '../../../shared/id.ts';
import type { PaymentsDependencies } from '../dependencies.ts';
import { storeMessage } from '../inbox/record-payment-message.ts';
import { compare } from './reconciliation.ts';
import type { Compared } from './reconciliation.ts';
import { listSettlements, upsertReconciliation } from './reconciliation-store.ts';

const DAY = 86_400_000;
/** What is younger is still on its way, and not wrong. */
const OPEN = 15 * 60_000;
const LONGEST_LIST = 1_000;

type ReconcileDependencies = Pick<
  PaymentsDependencies,
  'worker' | 'clock' | 'enqueue' | 'providers' | 'keyRing' | 'observer'
>;

/**
 * Compares a day with each provider's own list, and keeps the report. Made again, it says the same unless somebody has moved
 * money since. What only they have enters the inbox, and comes right by the way of every message.
 *
 * @param day `2026-11-20` in UTC; null: yesterday
 */
export async function reconcilePayments(
  dependencies: ReconcileDependencies,
  { day }: { readonly day: string | null },
  run: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { clock, providers } = dependencies;
  const asked = day ?? new Date(clock.now().getTime() - DAY).toISOString().slice(0, 10);
  for (const provider of providers) {
    run.signal.throwIfAborted();
    await reconcileOne(dependencies, provider, asked, run);
  }
}

async function reconcileOne(
  dependencies: ReconcileDependencies,
  provider: PaymentProvider,
  day: string,
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker, clock, observer } = dependencies;
  const from = new Date(`${day}T00:00:00Z`);
  const until = new Date(from.getTime() + DAY);
  // Either side may have booked it a day earlier or later.
  const around = { from: new Date(from.getTime() - DAY), until: new Date(until.getTime() + DAY) };
  const theirs = await listAll(provider, around, signal);
  const madeAt = clock.now();
  const { name } = provider;
  const common = { id: derivedId('payment reconciliation', name, day), provider: name, day, madeAt };
  if (typeof theirs === 'string') {
    const report = { oursOnly: [], theirsOnly: [], different: [], sums: [] };
    const counts = { matched: 0, oursOnly: 0, theirsOnly: 0, different: 0 };
    await worker.transaction((tx) =>
      upsertReconciliation(tx, { ...common, ...counts, outcome: 'unavailable', detail: theirs, report }),
    );
    return;
  }
  const ours = await listSettlements(worker, { provider: name, ...around });
  const compared = compare(ours, theirs, { from, until, settledBefore: new Date(madeAt.getTime() - OPEN) });
  await worker.transaction(async (tx) => {
    await upsertReconciliation(tx, {
      ...common,
      outcome: 'compared',
      detail: null,
      ...countsOf(compared),
      report: reportOf(compared),
    });
    for (const { operation, transactionId, providerRef, reference } of compared.missing) {
      const bytes = Buffer.from(JSON.stringify({ providerRef, reference }));
      const dedupeKey = `reconciliation:${operation}:${transactionId}`;
      const sha256 = Buffer.alloc(32);
      await storeMessage(tx, dependencies, {
        provider: name,
        dedupeKey,
        kind: operation,
        source: 'reconciliation',
        bytes,
        sha256,
      });
    }
  });
  const { oursOnly, theirsOnly, different } = countsOf(compared);
  observer.reconciled({ provider: name, differences: oursOnly + theirsOnly + different, at: madeAt });
}

function countsOf({ matched, oursOnly, theirsOnly, different }: Compared) {
  return { matched, oursOnly: oursOnly.length, theirsOnly: theirsOnly.length, different: different.length };
}

function reportOf({ oursOnly, theirsOnly, different, sums }: Compared) {
  const cut = <Item>(list: readonly Item[]): readonly Item[] => list.slice(0, LONGEST_LIST);
  return { oursOnly: cut(oursOnly), theirsOnly: cut(theirsOnly), different: cut(different), sums };
}

/** Every page; or why there is none. */
async function listAll(
  provider: PaymentProvider,
  period: { readonly from: Date; readonly until: Date },
  signal: AbortSignal,
): Promise<readonly ProviderTransaction[] | string> {
  const all: ProviderTransaction[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await provider.list({ ...period, cursor }, { signal });
    if (page.outcome === 'unavailable') return `${page.code}: ${page.detail}`;
    all.push(...page.transactions);
    cursor = page.cursor;
    if (cursor === undefined) return all;
  }
}
