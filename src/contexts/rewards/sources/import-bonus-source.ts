import type { JobRun } from '../../../jobs/queue.ts';
import { SourceBroken } from '../../../ports/number-source.ts';
import type { OfferedFile } from '../../../ports/number-source.ts';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import { windowStartOf } from '../bonus-campaign.ts';
import type { BonusCampaign } from '../bonus-campaign.ts';
import { findCampaign } from '../campaign-store.ts';
import { createBonusImport } from '../create-bonus-import.ts';
import type { UploadSlots } from '../create-bonus-import.ts';
import type { RewardsDependencies } from '../dependencies.ts';
import { isLate, retryAt } from './bonus-source.ts';
import type { BonusSource, PollOutcome, SourcePoll } from './bonus-source.ts';
import {
  ensureSource,
  hasOtherImport,
  insertPoll,
  listKnownVersions,
  listSourceStates,
  noteSource,
  takeFile,
} from './source-store.ts';

/** Who imports what nobody uploaded: no user has this id. */
const PORTICO = '00000000-0000-8000-8000-000000000002';

export type ImportDependencies = Pick<
  RewardsDependencies,
  'primary' | 'worker' | 'uploads' | 'uploadsAtOnce' | 'clock' | 'enqueue' | 'observer' | 'sources'
>;

/**
 * Looks at a source once and imports what is new there, the oldest first, each file into the window in which it was finished.
 * Every look and every file leaves a record. Safe to repeat, to die at any step, and to run several times at once: a file and
 * the import of it are committed together.
 *
 * @param slots uploads that this process has under way
 */
export async function importBonusSource(
  dependencies: ImportDependencies,
  slots: UploadSlots,
  { source: name }: { readonly source: string },
  { signal }: Pick<JobRun, 'signal'>,
): Promise<void> {
  const { worker, sources } = dependencies;
  const source = sources.find((configured) => configured.name === name);
  // Configuration has forgotten it since the job was enqueued.
  if (source === undefined) return;
  await ensureSource(worker, name);
  const look = startLook(dependencies, source);
  const campaign = await worker.transaction((tx) => findCampaign(tx, source.campaignId), { readOnly: true });
  if (campaign === undefined) {
    await look.store({ outcome: 'failed', reason: 'campaign-unknown', detail: 'No campaign has the configured id.' });
    return look.end(true);
  }
  const answer = await source.source.poll(await listKnownVersions(worker, name), signal);
  if (answer.outcome === 'unavailable') {
    const { reason, detail, retryAfterSeconds } = answer;
    await look.store({ outcome: 'failed', reason, detail });
    return look.end(true, retryAfterSeconds);
  }
  let failed = false;
  try {
    for (const file of answer.files) {
      signal.throwIfAborted();
      failed = !(await importFile({ ...dependencies, slots, signal }, campaign, look, file)) || failed;
    }
  } finally {
    for (const file of answer.files) file.release();
  }
  if (answer.files.length === 0) await look.store({ outcome: 'unchanged' });
  return look.end(failed);
}

type Finding = Partial<Omit<SourcePoll, 'outcome'>> & { readonly outcome: PollOutcome };

/** One look, and the records it leaves. */
interface Look {
  readonly source: string;
  readonly beganAt: Date;
  record(finding: Finding): SourcePoll;
  store(finding: Finding): Promise<void>;
  end(failed: boolean, retryAfterSeconds?: number): Promise<void>;
}

function startLook({ worker, clock, observer }: ImportDependencies, { name }: BonusSource): Look {
  const beganAt = clock.now();
  const nothing = { reason: null, detail: null, file: null, windowStart: null, importId: null };
  const record = (finding: Finding): SourcePoll => {
    const endedAt = clock.now();
    return { ...nothing, ...finding, id: newId(endedAt.getTime()), source: name, beganAt, endedAt };
  };
  return {
    source: name,
    beganAt,
    record,
    async store(finding) {
      await insertPoll(worker, record(finding));
      observer.sourcePolled({ source: name, outcome: finding.outcome });
    },
    async end(failed, retryAfterSeconds) {
      const before = (await listSourceStates(worker, [name])).get(name)?.failures ?? 0;
      const failures = failed ? before + 1 : 0;
      const now = clock.now();
      await noteSource(worker, name, {
        polledAt: now,
        failures,
        retryAt: failed ? retryAt(now, failures, retryAfterSeconds) : null,
      });
    },
  };
}

/** Undoes an import whose content the source has brought before. */
class KnownContent extends Error {}

/** @returns false when the file could not be read: it is offered again */
async function importFile(
  dependencies: ImportDependencies & { readonly slots: UploadSlots; readonly signal: AbortSignal },
  { id: campaignId, windowSeconds }: BonusCampaign,
  look: Look,
  file: OfferedFile,
): Promise<boolean> {
  const { worker, clock, observer, slots, signal } = dependencies;
  const { source } = look;
  const taken = { source, name: file.name, version: file.version, takenAt: look.beganAt };
  const skip = async (finding: Finding, sha256?: Buffer) => {
    await worker.transaction(async (tx) => {
      await takeFile(tx, { ...taken, sha256 });
      await insertPoll(tx, look.record({ file: file.name, ...finding }));
    });
    observer.sourcePolled({ source, outcome: finding.outcome });
    return true;
  };
  let outcome: PollOutcome = 'imported';
  // A clock that is ahead of ours made no file of the future.
  const finishedAt = new Date(Math.min(file.modifiedAt?.getTime() ?? Infinity, look.beganAt.getTime()));
  const windowStart = windowStartOf(windowSeconds, finishedAt);
  try {
    const { importId, isNew, sha256 } = await createBonusImport(dependencies, slots, {
      campaignId,
      window: finishedAt,
      file: file.content(),
      createdBy: PORTICO,
      async alsoStore(tx, stored) {
        if (!(await takeFile(tx, { ...taken, sha256: stored.sha256 }))) throw new KnownContent();
        if (await hasOtherImport(tx, { campaignId, ...stored })) outcome = 'overlapping';
        else if (isLate(windowStart, windowSeconds, clock.now())) outcome = 'late';
        await insertPoll(tx, look.record({ outcome, file: file.name, windowStart, importId: stored.importId }));
      },
    });
    if (!isNew) return await skip({ outcome: 'duplicate', windowStart, importId }, sha256);
    observer.sourcePolled({ source, outcome });
    return true;
  } catch (error) {
    if (error instanceof KnownContent) return skip({ outcome: 'duplicate' });
    if (error instanceof Problem && error.status < 500) {
      return skip({ outcome: 'refused', reason: error.code, detail: error.detail ?? null });
    }
    signal.throwIfAborted();
    if (!(error instanceof SourceBroken)) throw error;
    await look.store({ outcome: 'failed', reason: error.reason, detail: error.message, file: file.name });
    return false;
  }
}
