import type { Database } from '../../database/transaction.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { Clock } from '../../shared/clock.ts';
import { sandboxMessageId } from './sandbox-inbox.ts';
import { claimDueReports, markReported } from './sandbox-store.ts';

const AT_ONCE = 500;
/** A report that was not taken in by then is sent again, as a vendor would. */
const RETRY_MILLISECONDS = 60_000;

export interface PublishSandboxReportsDependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** Where reports of a provider go: the normal path of notifications. */
  readonly recordReports: (provider: string, reports: readonly DeliveryReport[]) => Promise<void>;
}

/** Sends the delivery reports that are due. Dying anywhere in it sends a report twice at worst; the receiver counts it once. */
export async function publishSandboxReports(
  { database, clock, recordReports }: PublishSandboxReportsDependencies,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const now = clock.now();
    const retryAt = new Date(now.getTime() + RETRY_MILLISECONDS);
    const due = await claimDueReports(database, { now, retryAt, limit: AT_ONCE });
    if (due.length === 0) return;
    await recordReports(
      'sandbox',
      due.map(({ reference, report, plannedAt }) => ({
        eventKey: `${sandboxMessageId(reference)}:${report}`,
        providerMessageId: sandboxMessageId(reference),
        state: report,
        occurredAt: plannedAt,
      })),
    );
    await markReported(
      database,
      due.map(({ id }) => id),
      clock.now(),
    );
  }
}
