import { newId } from '../../shared/id.ts';
import { notFound } from '../../shared/platform-problems.ts';
import { Problem } from '../../shared/problem.ts';
import { unseal } from '../../shared/sealed.ts';
import { pieceContext } from './collect-data-export.ts';
import { findDataExport, findPiece, insertDataExport } from './data-export-store.ts';
import type { DataExport } from './data-export-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { collectDataExportJob } from './jobs.ts';
import { problems } from './problems.ts';

/**
 * Has a person's data collected.
 *
 * @throws the violation of `data_exports_one_running` (409 `export-running`)
 */
export async function createDataExport(
  { database, enqueue }: Pick<IdentityParts, 'database' | 'enqueue'>,
  { userId }: { readonly userId: string },
): Promise<DataExport> {
  return database.transaction(async (tx) => {
    const made = await insertDataExport(tx, newId(), userId);
    await enqueue(tx, collectDataExportJob, { exportId: made.id });
    return made;
  });
}

/** Reads one's own export. @throws Problem 404 `not-found`: none such, expired, or somebody else's */
export async function getDataExport(
  { database }: Pick<IdentityParts, 'database'>,
  { exportId, userId }: { readonly exportId: string; readonly userId: string },
): Promise<DataExport> {
  const found = await findDataExport(database, exportId);
  if (found?.userId !== userId) throw notFound();
  return found;
}

/**
 * One's own export as a JSON document, a piece at a time as the receiver takes them.
 *
 * @throws Problem 404 `not-found`, 409 `export-not-ready`, before the first piece
 */
export async function exportPersonalData(
  parts: Pick<IdentityParts, 'database' | 'exportSecret'>,
  wanted: { readonly exportId: string; readonly userId: string },
): Promise<AsyncIterable<Buffer>> {
  const { state, runId } = await getDataExport(parts, wanted);
  if (state !== 'ready' || runId === null)
    throw new Problem(problems['export-not-ready'], { detail: `It is ${state}.` });
  return pieces(parts, wanted.exportId, runId);
}

async function* pieces(
  { database, exportSecret }: Pick<IdentityParts, 'database' | 'exportSecret'>,
  exportId: string,
  runId: string,
): AsyncGenerator<Buffer> {
  for (let n = 0; ; n += 1) {
    const sealed = await findPiece(database, exportId, runId, n);
    if (sealed === undefined) return;
    yield unseal(exportSecret, pieceContext(exportId, runId, n), sealed);
  }
}
