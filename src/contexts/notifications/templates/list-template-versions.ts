import type { Database } from '../../../database/transaction.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { Cursors, Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { findTemplate } from './template-store.ts';
import type { Template, TemplateVersion } from './template.ts';
import { findVersion, listVersionRows } from './version-store.ts';
import type { VersionSummary } from './version-store.ts';

/** One page of a template's versions, the newest first. @throws Problem 400 `invalid-cursor`, 404 `not-found` */
export async function listTemplateVersions(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  query: { readonly templateId: string; readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<VersionSummary> & { readonly template: Template }> {
  const { templateId, limit, cursor } = query;
  const scope = { operation: 'listTemplateVersions', filters: { templateId } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const template = await findTemplate(database, templateId);
  if (template === undefined) throw notFound();
  const before = after?.key == null ? undefined : Number(after.key);
  const rows = await listVersionRows(database, templateId, { limit: limit + 1, before });
  return { template, ...pageOf(rows, limit, ({ number, id }) => cursors.encode(scope, { key: String(number), id })) };
}

/** A version with its texts, and the template it is one of. @throws Problem 404 `not-found` */
export async function getTemplateVersion(
  { database }: { readonly database: Database },
  versionId: string,
): Promise<{ readonly version: TemplateVersion; readonly template: Template }> {
  const version = await findVersion(database, versionId);
  const template = version === undefined ? undefined : await findTemplate(database, version.templateId);
  if (version === undefined || template === undefined) throw notFound();
  return { version, template };
}
