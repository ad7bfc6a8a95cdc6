import { recordAudit } from '../../audit/record-audit.ts';
import type { Transaction } from '../../database/transaction.ts';
import { unavailable } from '../../shared/platform-problems.ts';
import { newId } from '../../shared/id.ts';
import { Problem } from '../../shared/problem.ts';
import { isClosed, messageOf, periodKeyOf, windowStartOf } from './bonus-campaign.ts';
import type { BonusCampaign } from './bonus-campaign.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { getBonusCampaign } from './get-bonus-campaign.ts';
import { findImportOfFile, insertImport } from './import-store.ts';
import { enqueueCrediting } from './jobs.ts';
import { readNumbers } from './numbers-file/read-numbers.ts';
import type { NumbersSummary } from './numbers-file/read-numbers.ts';
import { problems } from './problems.ts';
import { insertChunks, stageRefusedLines } from './staging-store.ts';

export interface CreateBonusImport {
  readonly campaignId: string;
  /** Any moment in the wanted window; the current one when undefined. */
  readonly window: Date | undefined;
  /** The file, decompressed. Throws when the sender breaks off. */
  readonly file: AsyncIterable<Uint8Array>;
  readonly createdBy: string;
  /** What the transaction of a new import stores besides. What it throws undoes the import. */
  readonly alsoStore?: (tx: Transaction, stored: StoredImport) => Promise<void>;
}

/** An import that is stored and not yet committed. */
export interface StoredImport {
  readonly importId: string;
  readonly windowStart: Date;
  readonly sha256: Buffer;
}

/** What became of a file. */
export interface CreatedImport {
  readonly importId: string;
  /** False for the import that this file already is in this window. */
  readonly isNew: boolean;
  readonly sha256: Buffer;
}

/** Milliseconds that one upload may take; then PostgreSQL cancels it and nothing of it remains. */
const LONGEST_UPLOAD = 15 * 60_000;

/** Uploads that run now, in this process. */
export interface UploadSlots {
  taken: number;
}

/**
 * Takes a file of numbers: reads every line as it arrives, stores them and enqueues the crediting, all in one transaction. So an
 * upload that breaks off leaves nothing, neither lines nor an import that would block the next try. Holds one of the few
 * upload connections for as long as the sender takes, and none that anything else needs.
 *
 * @returns the import, and whether it is new: the same bytes in the same window are the same import
 * @throws Problem 404 `not-found`; 409 `campaign-closed`, `window-not-open`, `import-empty`, `import-not-text`,
 *   `import-too-long`; 503 `unavailable` when all upload slots are taken
 */
export async function createBonusImport(
  dependencies: Pick<RewardsDependencies, 'primary' | 'uploads' | 'uploadsAtOnce' | 'clock' | 'enqueue'>,
  slots: UploadSlots,
  command: CreateBonusImport,
): Promise<CreatedImport> {
  const campaign = await getBonusCampaign(dependencies, command.campaignId);
  const windowStart = openWindow(campaign, command.window, dependencies.clock.now());
  if (slots.taken >= dependencies.uploadsAtOnce) {
    throw unavailable(10, { detail: 'Other uploads are running. Send the file again in a few seconds.' });
  }
  slots.taken += 1;
  try {
    return await storeFile(dependencies, campaign, windowStart, command);
  } finally {
    slots.taken -= 1;
  }
}

function openWindow(campaign: BonusCampaign, wanted: Date | undefined, now: Date): Date {
  if (isClosed(campaign, now)) {
    throw new Problem(problems['campaign-closed'], {
      detail: 'claimUntil has passed: the campaign takes no more files.',
    });
  }
  const current = windowStartOf(campaign.windowSeconds, now);
  const windowStart = wanted === undefined ? current : windowStartOf(campaign.windowSeconds, wanted);
  if (windowStart > current || windowStart < windowStartOf(campaign.windowSeconds, campaign.createdAt)) {
    throw new Problem(problems['window-not-open'], {
      detail: `Windows from the campaign's creation to the current one (${current.toISOString()}) are open.`,
    });
  }
  return windowStart;
}

/** Rolls back what a file staged that turned out to be in this window already. */
class KnownFile extends Error {
  readonly sha256: Buffer;

  constructor(sha256: Buffer) {
    super('The file is known.');
    this.sha256 = sha256;
  }
}

async function storeFile(
  { uploads, primary, clock, enqueue }: Pick<RewardsDependencies, 'primary' | 'uploads' | 'clock' | 'enqueue'>,
  campaign: BonusCampaign,
  windowStart: Date,
  { file, createdBy, alsoStore }: CreateBonusImport,
): Promise<CreatedImport> {
  try {
    return await uploads.transaction(
      async (tx) => {
        const importId = newId();
        const summary = await summarise(readNumbers(file, campaign.defaultRegion), (lines) =>
          stageRefusedLines(tx, importId, lines),
        );
        if (summary.lines === 0) {
          throw new Problem(problems['import-empty'], {
            detail: 'The file has no line beside blank ones and a header.',
          });
        }
        const isNew = await insertImport(tx, {
          id: importId,
          campaignId: campaign.id,
          windowStart,
          periodKey: periodKeyOf(campaign.periodPolicy, windowStart),
          coins: campaign.coins,
          message: messageOf(campaign),
          claimUntil: campaign.claimUntil,
          createdBy,
          createdAt: clock.now(),
          file: summary,
        });
        if (!isNew) throw new KnownFile(summary.sha256);
        await insertChunks(tx, importId, summary.chunks);
        // Here and not by `x-audit`: the transaction of a stream is not the platform's.
        await recordAudit(tx, { action: 'bonus-import-created', resource: { type: 'bonus-import', id: importId } });
        await alsoStore?.(tx, { importId, windowStart, sha256: summary.sha256 });
        if (summary.chunks.length > 0) await enqueueCrediting(enqueue, tx, importId);
        return { importId, isNew, sha256: summary.sha256 };
      },
      // The file has been read: a restart would find nothing.
      { retries: 0, statementTimeout: LONGEST_UPLOAD },
    );
  } catch (error) {
    if (!(error instanceof KnownFile)) throw error;
    const known = await findImportOfFile(primary, campaign.id, windowStart, error.sha256);
    if (known === undefined) throw new Error('An import that was there is gone.', { cause: error });
    return { importId: known.id, isNew: false, sha256: error.sha256 };
  }
}

/** Runs `consume` over the batches and gives what the generator returned at their end. */
async function summarise<Batch>(
  source: AsyncGenerator<Batch, NumbersSummary>,
  consume: (batches: AsyncIterable<Batch>) => Promise<void>,
): Promise<NumbersSummary> {
  let summary: NumbersSummary | undefined;
  async function* batches(): AsyncGenerator<Batch> {
    summary = yield* source;
  }
  await consume(batches());
  if (summary === undefined) throw new Error('The file was not read to its end.');
  return summary;
}
