import { statement } from '../../../database/transaction.ts';
import type { Queryable } from '../../../database/transaction.ts';
import type { SendableTemplate } from '../templates/template.ts';
import type { CampaignPlan } from './campaign.ts';

const findStatement = statement<SendableTemplate>(
  'notifications.find_published_version',
  `select t.id as "templateId", v.id as "versionId", t.key, t.channel, t.category, v.default_locale as "defaultLocale",
     v.variables, v.contents
   from notifications.templates t join notifications.template_versions v on v.template_id = t.id
   where t.key = $1 and v.number = $2 and v.published_at is not null`,
);

/** A published version, which never changes; also of a template that was archived since. */
export async function findPublishedVersion(
  queryable: Queryable,
  { templateKey, templateVersion }: Pick<CampaignPlan, 'templateKey' | 'templateVersion'>,
): Promise<SendableTemplate | undefined> {
  return (await queryable.query(findStatement, [templateKey, templateVersion]))[0];
}

/** The version that a campaign was created with. */
export async function requirePublishedVersion(
  queryable: Queryable,
  plan: Pick<CampaignPlan, 'templateKey' | 'templateVersion'>,
): Promise<SendableTemplate> {
  const version = await findPublishedVersion(queryable, plan);
  if (version === undefined) throw new Error(`Version ${plan.templateVersion} of ${plan.templateKey} is gone.`);
  return version;
}
