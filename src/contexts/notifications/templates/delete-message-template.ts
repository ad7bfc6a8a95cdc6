import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { deleteTemplateRow, lockTemplate } from './template-store.ts';

/**
 * Removes a template of which nothing was ever published, with its draft.
 *
 * @throws Problem 404, 412, 428; 409 `template-in-use`
 */
export async function deleteMessageTemplate(
  tx: Transaction,
  { templateId, ifMatch }: { readonly templateId: string; readonly ifMatch: string | undefined },
): Promise<void> {
  const template = await lockTemplate(tx, templateId);
  if (template === undefined) throw notFound();
  requireMatch(ifMatch, template.version);
  if (template.publishedVersionId !== null) {
    throw new Problem(problems['template-in-use'], { detail: 'Messages may have been made from it: archive it.' });
  }
  await deleteTemplateRow(tx, templateId);
}
