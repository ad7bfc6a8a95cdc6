import { statement } from '../../../database/transaction.ts';
import type { Queryable, Transaction } from '../../../database/transaction.ts';
import type { TemplateSource, TemplateVersion } from './template.ts';

const summary = `v.id, v.template_id as "templateId", v.number, v.default_locale as "defaultLocale",
  v.published_at as "publishedAt", v.revision, v.created_at as "createdAt"`;
const columns = `${summary}, v.variables, v.contents`;

/** A version without its texts. */
export interface VersionSummary extends Omit<TemplateVersion, 'variables' | 'contents'> {
  readonly locales: readonly string[];
}

const findStatement = statement<TemplateVersion>(
  'notifications.find_template_version',
  `select ${columns} from notifications.template_versions v where v.id = $1`,
);
const lockStatement = statement<TemplateVersion>(
  'notifications.lock_template_version',
  `select ${columns} from notifications.template_versions v where v.id = $1 for update`,
);
const listStatement = statement<VersionSummary>(
  'notifications.list_template_versions',
  `select ${summary}, array(select c ->> 'locale' from jsonb_array_elements(v.contents) c) as locales
   from notifications.template_versions v where v.template_id = $1 and ($2::integer is null or v.number < $2)
   order by v.number desc limit $3`,
);

export async function findVersion(queryable: Queryable, id: string): Promise<TemplateVersion | undefined> {
  return (await queryable.query(findStatement, [id]))[0];
}

/** Call it with the template locked: whoever changes a version holds its template first. */
export async function lockVersion(tx: Transaction, id: string): Promise<TemplateVersion | undefined> {
  return (await tx.query(lockStatement, [id]))[0];
}

/** The newest first, strictly below the number `before`. */
export function listVersionRows(
  queryable: Queryable,
  templateId: string,
  { limit, before }: { readonly limit: number; readonly before: number | undefined },
): Promise<VersionSummary[]> {
  return queryable.query(listStatement, [templateId, before, limit]);
}

const insertStatement = statement<TemplateVersion>(
  'notifications.insert_template_version',
  `insert into notifications.template_versions as v (id, template_id, number, default_locale, variables, contents, created_at)
   select $1, $2, coalesce(max(number), 0) + 1, $3, $4::jsonb, $5::jsonb, $6
   from notifications.template_versions where template_id = $2 returning ${columns}`,
);

/**
 * Adds a draft to a template whose lock the caller holds.
 *
 * @throws the violation of `template_versions_one_draft` when it has one already
 */
export async function insertVersion(
  tx: Transaction,
  { id, templateId, ...source }: TemplateSource & Pick<TemplateVersion, 'id' | 'templateId'>,
  now: Date,
): Promise<TemplateVersion> {
  return one(await tx.query(insertStatement, [id, templateId, ...written(source), now]));
}

const changeStatement = statement<TemplateVersion>(
  'notifications.change_template_version',
  `update notifications.template_versions v set default_locale = $2, variables = $3::jsonb, contents = $4::jsonb,
     revision = v.revision + 1
   where v.id = $1 returning ${columns}`,
);

/** @throws the violation of `template_versions_keep_published` when it is no draft */
export async function changeVersion(tx: Transaction, id: string, source: TemplateSource): Promise<TemplateVersion> {
  return one(await tx.query(changeStatement, [id, ...written(source)]));
}

const publishStatement = statement(
  'notifications.publish_template_version',
  'update notifications.template_versions set published_at = $2, revision = revision + 1 where id = $1',
);

/** From here on nothing changes it. */
export async function publishVersion(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.query(publishStatement, [id, now]);
}

const deleteStatement = statement(
  'notifications.delete_template_version',
  'delete from notifications.template_versions where id = $1',
);

/** @throws the violation of `template_versions_keep_published` when it is no draft */
export async function deleteVersionRow(tx: Transaction, id: string): Promise<void> {
  await tx.query(deleteStatement, [id]);
}

function written({ defaultLocale, variables, contents }: TemplateSource): [string, string, string] {
  return [defaultLocale, JSON.stringify(variables), JSON.stringify(contents)];
}

function one(rows: readonly TemplateVersion[]): TemplateVersion {
  const [row] = rows;
  if (row === undefined) throw new Error('a locked template lost its version');
  return row;
}
