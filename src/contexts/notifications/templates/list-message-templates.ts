import type { Database } from '../../../database/transaction.ts';
import { pageOf } from '../../../shared/cursor.ts';
import type { Cursors, Page } from '../../../shared/cursor.ts';
import { notFound } from '../../../shared/platform-problems.ts';
import { findTemplate, listTemplateRows } from './template-store.ts';
import type { TemplateFilter, TemplateRow } from './template-store.ts';
import type { Template } from './template.ts';

/** One page of templates, the newest first. @throws Problem 400 `invalid-cursor` */
export async function listMessageTemplates(
  { database, cursors }: { readonly database: Database; readonly cursors: Cursors },
  { limit, cursor, ...filter }: TemplateFilter & { readonly limit: number; readonly cursor: string | undefined },
): Promise<Page<TemplateRow>> {
  const scope = { operation: 'listMessageTemplates', filters: { ...filter } };
  const after = cursor === undefined ? undefined : cursors.decode(scope, cursor);
  const rows = await listTemplateRows(database, filter, { limit: limit + 1, after });
  return pageOf(rows, limit, ({ sortKey, id }) => cursors.encode(scope, { key: sortKey, id }));
}

/** @throws Problem 404 `not-found` */
export async function getMessageTemplate(
  { database }: { readonly database: Database },
  templateId: string,
): Promise<Template> {
  const template = await findTemplate(database, templateId);
  if (template === undefined) throw notFound();
  return template;
}
