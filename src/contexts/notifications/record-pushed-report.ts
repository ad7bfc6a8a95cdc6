import type { Database } from '../../database/transaction.ts';
import type { DeliveryWebhook, PushedReport } from '../../ports/delivery-webhook.ts';
import type { Clock } from '../../shared/clock.ts';
import { Problem } from '../../shared/problem.ts';
import { hastenChecks } from './check-store.ts';
import { enqueueChecks } from './jobs.ts';
import type { SendingObserver } from './observer.ts';
import { problems } from './problems.ts';
import { recordReports } from './record-reports.ts';

export interface PushDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly observer: SendingObserver;
  readonly webhooks: readonly DeliveryWebhook[];
}

/**
 * Takes in what a provider's program pushed, once its proof has been checked: proven reports are recorded as any other; what
 * is only a hint lets the provider be asked at once. Safe to repeat. Calls no provider.
 *
 * @throws Problem 403 `report-not-proven`, also for a provider without an account here; nothing is stored then
 */
export async function recordPushedReport(
  dependencies: PushDependencies,
  provider: string,
  pushed: PushedReport,
): Promise<void> {
  const { database, clock, observer, webhooks } = dependencies;
  const webhook = webhooks.find(({ name }) => name === provider);
  const judged = (await webhook?.judge(pushed)) ?? { verdict: 'forged' };
  observer.pushed({ provider, verdict: judged.verdict });
  switch (judged.verdict) {
    case 'forged':
      throw new Problem(problems['report-not-proven']);
    case 'genuine':
      return recordReports(dependencies, provider, judged.reports);
    case 'hint':
      await database.transaction(async (tx) => {
        const hastened = await hastenChecks(tx, provider, judged.providerMessageIds, clock.now());
        if (hastened > 0) await enqueueChecks(tx);
      });
  }
}
