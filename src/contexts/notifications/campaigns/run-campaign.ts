import type { Database } from '../../../database/transaction.ts';
import { readGroupCounts } from '../queue-store.ts';
import { enqueueCampaign } from './campaign-jobs.ts';
import { findCampaign, lockCampaign, setCampaignState } from './campaign-store.ts';
import { countDueBefore, unparkMessages } from './held-message-store.ts';
import { sendCampaignChunk } from './send-campaign-chunk.ts';
import type { ChunkDependencies } from './send-campaign-chunk.ts';
import { startCampaign } from './start-campaign.ts';
import type { StartDependencies } from './start-campaign.ts';

/** Recipients per transaction. */
export const CHUNK = 500;
/**
 * Messages that may be due in a lane before a campaign adds more: what others queue meanwhile waits behind no more than these. A
 * sender at full speed needs seconds for them, and the look for room comes every second.
 */
export const WINDOW = 5_000;
/** Messages of one campaign that have not left, those that wait for the morning included: pausing and cancelling concern no more. */
const MOST_OPEN = 50_000;
const LOOK_AGAIN_MILLISECONDS = 1_000;
/** Once all messages are made, only the end is waited for. */
const LOOK_FOR_END_MILLISECONDS = 5_000;
const DAY = 86_400_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

const OPEN = ['scheduled', 'queued', 'claimed', 'sending', 'retry_wait'] as const;

export interface RunDependencies extends StartDependencies, ChunkDependencies {}

/**
 * Works on a campaign for as long as there is work: chooses its audience when its time has come, makes messages as fast as
 * they leave, and ends it. Comes back by itself every second; several may run at once, and each may be killed at any moment:
 * a chunk is one transaction, and a chunk that was not committed is free for the next.
 */
export async function runCampaign(
  dependencies: RunDependencies,
  { campaignId }: { readonly campaignId: string },
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { database, clock } = dependencies;
  await startCampaign(dependencies, campaignId, signal);
  const campaign = await findCampaign(database, campaignId);
  if (campaign?.state !== 'running') return;
  const now = clock.now();
  // A claim that saw the pause may have parked messages after the campaign was resumed.
  await unparkMessages(database, campaignId, { now, deadline: new Date(now.getTime() + DAY), limit: WINDOW });

  let room = Math.min(
    WINDOW -
      (await countDueBefore(database, campaign.channel, new Date(now.getTime() + LOOK_AGAIN_MILLISECONDS), WINDOW)),
    MOST_OPEN - (await countOpen(database, campaignId)),
  );
  for (let after = BEFORE_ALL; room >= CHUNK;) {
    signal.throwIfAborted();
    const chunk = await sendCampaignChunk(dependencies, campaignId, { after, limit: CHUNK });
    if (chunk === undefined) return;
    // Chunks that others gave back lie before: the next look finds them.
    if (chunk.last === null) break;
    after = chunk.last;
    room -= chunk.queued;
  }
  await database.transaction(async (tx) => {
    const present = await lockCampaign(tx, campaignId);
    if (present?.state !== 'running') return;
    if (present.pending === 0 && (await countOpen(tx, campaignId)) === 0) {
      await setCampaignState(tx, campaignId, 'finished', clock.now());
    } else {
      const wait = present.pending > 0 ? LOOK_AGAIN_MILLISECONDS : LOOK_FOR_END_MILLISECONDS;
      await enqueueCampaign(tx, campaignId, new Date(clock.now().getTime() + wait));
    }
  });
}

/** Messages of the campaign that have neither left nor ended. */
async function countOpen(queryable: Pick<Database, 'query'>, campaignId: string): Promise<number> {
  const counts = (await readGroupCounts(queryable, [campaignId]))(campaignId);
  return OPEN.reduce((sum, state) => sum + counts[state], 0);
}
