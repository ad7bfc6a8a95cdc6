import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { lockDraft } from './lock-draft.ts';
import { changeTemplate } from './template-store.ts';
import { deleteVersionRow } from './version-store.ts';

/**
 * Throws a draft away.
 *
 * @throws Problem 404, 412, 428; 409 `version-published`
 */
export async function deleteTemplateVersion(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  draft: { readonly versionId: string; readonly ifMatch: string | undefined },
): Promise<void> {
  const { template } = await lockDraft(tx, draft);
  await deleteVersionRow(tx, draft.versionId);
  await changeTemplate(tx, template, clock.now());
}
