import type { Database } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Accounts } from './accounts.ts';
import { freezeAudience } from './audience-store.ts';
import { findCampaign, lockCampaign, markStarted } from './campaign-store.ts';
import { recordChangedRecipients } from './record-recipients.ts';

/** Freezing a million recipients takes some ten seconds. */
const FREEZE_TIMEOUT_MILLISECONDS = 600_000;

export interface StartDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly accounts: Accounts;
}

/**
 * Chooses the audience of a campaign whose time has come, once: everybody who is in its segment at this moment, accounts that
 * changed a moment ago included. All of it or nothing; whoever comes second finds it done.
 */
export async function startCampaign(dependencies: StartDependencies, id: string, signal: AbortSignal): Promise<void> {
  const { database, clock } = dependencies;
  const isDue = ({ state, scheduledAt }: { readonly state: string; readonly scheduledAt: Date }): boolean =>
    state === 'scheduled' && scheduledAt <= clock.now();
  const found = await findCampaign(database, id);
  if (found === undefined || !isDue(found)) return;
  await recordChangedRecipients(dependencies, { signal });
  await database.transaction(
    async (tx) => {
      const campaign = await lockCampaign(tx, id);
      if (campaign === undefined || !isDue(campaign)) return;
      await markStarted(tx, id, clock.now(), await freezeAudience(tx, campaign));
    },
    { statementTimeout: FREEZE_TIMEOUT_MILLISECONDS },
  );
}
