import { recordAudit } from '../../audit/record-audit.ts';
import { newId } from '../../shared/id.ts';
import { seal } from '../../shared/sealed.ts';
import type { PersonalDataSection } from '../context.ts';
import { findDataExport, finishDataExport, insertPiece } from './data-export-store.ts';
import type { DataExport } from './data-export-store.ts';
import type { IdentityParts } from './dependencies.ts';
import { tellOwner } from './tell-owner.ts';
import { notices } from './texts.ts';
import { findAccount } from './user-store.ts';

/** Characters after which a piece is sealed and stored: what the job holds in memory at most, beside one page of records. */
const PIECE = 256 * 1024;

/** What a piece is sealed for: no piece can take the place of another. */
export function pieceContext(exportId: string, runId: string, n: number): string {
  return `data-export/${exportId}/${runId}/${n}`;
}

/**
 * Collects what every context knows about a person. Each run writes pieces of its own, and the first that comes to its end
 * makes the export: safe to repeat, to die after any step, and to run twice at once.
 */
export async function collectDataExport(
  parts: Pick<IdentityParts, 'database' | 'exportSecret' | 'personalData' | 'settings' | 'notifications'>,
  { exportId, signal }: { readonly exportId: string; readonly signal: AbortSignal },
): Promise<void> {
  const { database, exportSecret, settings } = parts;
  const wanted = await findDataExport(database, exportId);
  if (wanted?.state !== 'running') return;
  const runId = newId();
  let [n, bytes, waiting] = [0, 0, ''];
  const store = async (): Promise<void> => {
    const plain = Buffer.from(waiting);
    await insertPiece(database, {
      exportId,
      runId,
      n,
      sealed: seal(exportSecret, pieceContext(exportId, runId, n), plain),
    });
    [n, bytes, waiting] = [n + 1, bytes + plain.length, ''];
  };
  for await (const text of documentOf(wanted, parts.personalData())) {
    signal.throwIfAborted();
    waiting += text;
    if (waiting.length >= PIECE) await store();
  }
  await store();
  await database.transaction(async (tx) => {
    const account = await findAccount(tx, wanted.userId);
    const expiresAt = await finishDataExport(tx, { exportId, runId, bytes, days: settings.exportDays });
    if (account === undefined || expiresAt === undefined) return;
    await recordAudit(tx, { action: 'data-exported', resource: { type: 'user', id: account.id } });
    await tellOwner(parts, tx, account, `data-export:${exportId}`, notices.exportReady(expiresAt));
  });
}

async function* documentOf(
  { userId, requestedAt }: DataExport,
  sections: Iterable<PersonalDataSection>,
): AsyncGenerator<string> {
  const head = JSON.stringify({ format: 'portico-data-export/1', userId, requestedAt });
  yield `${head.slice(0, -1)},"sections":{`;
  let between = '';
  for (const { name, read } of sections) {
    yield `${between}\n${JSON.stringify(name)}:[`;
    between = '';
    for await (const records of read(userId)) {
      for (const record of records) {
        yield `${between}\n${JSON.stringify(record)}`;
        between = ',';
      }
    }
    yield ']';
    between = ',';
  }
  yield '\n}}\n';
}
