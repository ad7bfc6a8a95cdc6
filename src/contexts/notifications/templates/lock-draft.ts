import type { Transaction } from '../../../database/transaction.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { Problem } from '../../../shared/problem.ts';
import { problems } from '../problems.ts';
import { lockTemplate } from './template-store.ts';
import type { Template, TemplateVersion } from './template.ts';
import { findVersion, lockVersion } from './version-store.ts';

/**
 * Holds a draft and its template, in this order for everybody: template, then version.
 *
 * @throws Problem 404, 412, 428; 409 `version-published`
 */
export async function lockDraft(
  tx: Transaction,
  { versionId, ifMatch }: { readonly versionId: string; readonly ifMatch: string | undefined },
): Promise<{ readonly version: TemplateVersion; readonly template: Template }> {
  const found = await findVersion(tx, versionId);
  if (found === undefined) throw notFound();
  const template = await lockTemplate(tx, found.templateId);
  const version = await lockVersion(tx, versionId);
  if (template === undefined || version === undefined) throw notFound();
  requireMatch(ifMatch, version.revision);
  if (version.publishedAt !== null) {
    throw new Problem(problems['version-published'], { detail: 'Create another version, and publish that.' });
  }
  return { version, template };
}
