import type { Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { requireMatch } from '../../../shared/etag.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { changeTemplate, lockTemplate } from './template-store.ts';
import type { Template } from './template.ts';
import { lockVersion, publishVersion } from './version-store.ts';

/**
 * Makes one of its versions what a template sends from now on: the draft, which never changes afterwards, or an older version,
 * which is how one goes back. The template's tag covers its draft: whoever read it before the last edit is refused.
 *
 * @throws Problem 404 (also for the version of another template), 412, 428
 */
export async function publishMessageTemplate(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  command: { readonly templateId: string; readonly versionId: string; readonly ifMatch: string | undefined },
): Promise<{ readonly before: Template; readonly after: Template }> {
  const { templateId, versionId, ifMatch } = command;
  const before = await lockTemplate(tx, templateId);
  if (before === undefined) throw notFound();
  requireMatch(ifMatch, before.version);
  const version = await lockVersion(tx, versionId);
  if (version?.templateId !== templateId) throw notFound('The template has no such version.');
  const now = clock.now();
  if (version.publishedAt === null) await publishVersion(tx, versionId, now);
  if (before.publishedVersionId === versionId) return { before, after: before };
  return { before, after: await changeTemplate(tx, { ...before, publishedVersionId: versionId }, now) };
}
