import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { CursorPosition } from '../../../shared/cursor.ts';
import type { Category } from '../category.ts';
import type { Channel } from '../message.ts';
import type { SendableTemplate, Template } from './template.ts';

/** A template with `created_at` as PostgreSQL writes it, for cursors. */
export interface TemplateRow extends Template {
  readonly sortKey: string;
}

const columns = `t.id, t.key, t.channel, t.category, t.description, t.published_version_id as "publishedVersionId",
  t.archived, t.version, t.created_at as "createdAt", t.updated_at as "updatedAt", t.created_at::text as "sortKey"`;

const findStatement = statement<TemplateRow>(
  'notifications.find_template',
  `select ${columns} from notifications.templates t where t.id = $1`,
);
const lockStatement = statement<TemplateRow>(
  'notifications.lock_template',
  `select ${columns} from notifications.templates t where t.id = $1 for update`,
);
const listStatement = statement<TemplateRow>(
  'notifications.list_templates',
  `select ${columns} from notifications.templates t
   where ($1::text is null or t.channel = $1) and ($2::text is null or t.category = $2) and ($3::text is null or t.key = $3)
     and ($4::timestamptz is null or (t.created_at, t.id) < ($4, $5::uuid))
   order by t.created_at desc, t.id desc limit $6`,
);

export async function findTemplate(queryable: Queryable, id: string): Promise<TemplateRow | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

/** Reads a template and holds it, and with it the list of its versions, until the transaction ends. */
export async function lockTemplate(tx: Transaction, id: string): Promise<TemplateRow | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

export interface TemplateFilter {
  readonly channel: Channel | undefined;
  readonly category: Category | undefined;
  readonly key: string | undefined;
}

/** The newest first, strictly after `after`. */
export function listTemplateRows(
  queryable: Queryable,
  { channel, category, key }: TemplateFilter,
  { limit, after }: { readonly limit: number; readonly after: CursorPosition | undefined },
): Promise<TemplateRow[]> {
  return queryable.query(listStatement, [channel, category, key, after?.key, after?.id, limit]);
}

const insertStatement = statement<TemplateRow>(
  'notifications.insert_template',
  `insert into notifications.templates as t (id, key, channel, category, description, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $6) returning ${columns}`,
);

/** @throws the violation of `templates_key` when the key is taken */
export async function insertTemplate(
  tx: Transaction,
  template: Pick<Template, 'id' | 'key' | 'channel' | 'category' | 'description'>,
  now: Date,
): Promise<TemplateRow> {
  const { id, key, channel, category, description } = template;
  const [inserted] = await tx.query(insertStatement, [id, key, channel, category, description, now]);
  if (inserted === undefined) throw new Error('an insert gave no row');
  return inserted;
}

const changeStatement = statement<TemplateRow>(
  'notifications.change_template',
  `update notifications.templates t set description = $2, archived = $3, published_version_id = $4, version = t.version + 1,
     updated_at = $5
   where t.id = $1 returning ${columns}`,
);

/** Writes a template whose lock the caller holds, and counts the change. */
export async function changeTemplate(
  tx: Transaction,
  {
    id,
    description,
    archived,
    publishedVersionId,
  }: Pick<Template, 'id' | 'description' | 'archived' | 'publishedVersionId'>,
  now: Date,
): Promise<TemplateRow> {
  const [changed] = await tx.query(changeStatement, [id, description, archived, publishedVersionId, now]);
  if (changed === undefined) throw new Error('a locked template is gone');
  return changed;
}

const deleteStatement = statement('notifications.delete_template', 'delete from notifications.templates where id = $1');

export async function deleteTemplateRow(tx: Transaction, id: string): Promise<void> {
  await tx.query(deleteStatement, [id]);
}

interface SendableRow extends SendableTemplate {
  readonly archived: boolean;
}

const sendable = `select t.id as "templateId", v.id as "versionId", t.key, t.channel, t.category, t.archived,
    v.default_locale as "defaultLocale", v.variables, v.contents
  from notifications.templates t join notifications.template_versions v on v.id = t.published_version_id`;
const findByKeyStatement = statement<SendableRow>(
  'notifications.find_sendable_template',
  `${sendable} where t.key = $1`,
);
const readByKeysStatement = statement<SendableRow>(
  'notifications.read_sendable_templates',
  `${sendable} where t.key = any ($1) and not t.archived`,
);

/** What is sent now under these keys; keys without anything are left out. Asks nothing for none. */
export async function readSendableTemplates(
  queryable: Queryable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SendableTemplate>> {
  const rows = keys.length === 0 ? [] : await queryable.query(readByKeysStatement, [keys]);
  return new Map(rows.map((row) => [row.key, row]));
}

const findByIdStatement = statement<SendableRow>(
  'notifications.find_sendable_template_by_id',
  `${sendable} where t.id = $1`,
);

/** What is sent now under this key or id. @returns undefined when there is nothing, or it is archived */
export async function findSendableTemplate(
  queryable: Queryable,
  by: { readonly key: string } | { readonly id: string },
): Promise<SendableTemplate | undefined> {
  const [row] =
    'key' in by
      ? await queryable.query(findByKeyStatement, [by.key])
      : await queryable.query(findByIdStatement, [by.id]);
  if (row === undefined || row.archived) return undefined;
  const { archived: _archived, ...template } = row;
  return template;
}
