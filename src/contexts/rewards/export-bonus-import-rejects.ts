import { csvText } from '../../shared/csv-text.ts';
import { notFound } from '../../shared/platform-problems.ts';
import type { RewardsDependencies } from './dependencies.ts';
import { findImport } from './import-store.ts';
import { listRejects } from './staging-store.ts';
import type { RejectedLine } from './staging-store.ts';

const PAGE_LINES = 1_000;

/**
 * The refused lines of an import as CSV, read a page at a time as the receiver takes them.
 *
 * @throws Problem 404 `not-found`, before the first piece
 */
export async function exportBonusImportRejects(
  { primary }: Pick<RewardsDependencies, 'primary'>,
  importId: string,
): Promise<AsyncIterable<string>> {
  if ((await findImport(primary, importId)) === undefined) throw notFound();
  return pieces(primary, importId);
}

async function* pieces(primary: RewardsDependencies['primary'], importId: string): AsyncGenerator<string> {
  yield 'line,reason,text\r\n';
  for (let after = 0; ;) {
    const rejects = await listRejects(primary, importId, { after, limit: PAGE_LINES });
    const last = rejects.at(-1);
    if (last === undefined) return;
    yield rejects.map(csvLine).join('');
    after = last.line;
  }
}

function csvLine({ line, reason, raw }: RejectedLine): string {
  return `${line},${reason},${csvText(raw)}\r\n`;
}
