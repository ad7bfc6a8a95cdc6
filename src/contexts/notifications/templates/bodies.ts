import { classOfCategory } from '../category.ts';
import type { TemplatePreview } from './get-template-preview.ts';
import type { SentNotification } from './send-notification.ts';
import type { SmsPrice } from './sms-price.ts';
import type { Template, TemplateVersion } from './template.ts';
import type { VersionSummary } from './version-store.ts';

/** A template as the contract words it. */
export function templateBody(template: Template) {
  const { id, key, channel, category, description, publishedVersionId, archived, createdAt, updatedAt } = template;
  return {
    ...{ id, key, channel, category, class: classOfCategory(category), description, publishedVersionId, archived },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function stateOf({ id, publishedAt }: Pick<TemplateVersion, 'id' | 'publishedAt'>, template: Template) {
  return {
    state: publishedAt === null ? ('draft' as const) : ('published' as const),
    current: template.publishedVersionId === id,
    publishedAt: publishedAt?.toISOString() ?? null,
  };
}

/** A version without its texts as the contract words it. */
export function summaryBody(version: VersionSummary, template: Template) {
  const { id, number, defaultLocale, locales, createdAt } = version;
  return {
    ...{ id, number, defaultLocale, locales: [...locales], createdAt: createdAt.toISOString() },
    ...stateOf(version, template),
  };
}

/** A version with its texts as the contract words it. */
export function versionBody(version: TemplateVersion, template: Template) {
  const { id, templateId, number, defaultLocale, variables, contents, createdAt } = version;
  return {
    ...{ id, templateId, number, defaultLocale, createdAt: createdAt.toISOString() },
    variables: [...variables],
    contents: [...contents],
    ...stateOf(version, template),
  };
}

/** A preview as the contract words it. */
export function previewBody({ rendered, sms }: TemplatePreview) {
  const { locale, subject, text, html } = rendered;
  return {
    ...{ locale, subject, text, html },
    sms:
      sms === null
        ? null
        : {
            ...sms,
            parts: [...sms.parts],
            providers: sms.providers.map(({ costs, ...provider }) => ({ ...provider, costs: costs.map(costBody) })),
          },
  };
}

function costBody({ prefix, ...cost }: SmsPrice) {
  return { prefix, cost };
}

/** A message that was made as the contract words it. */
export function sentBody({ sendAt, ...sent }: SentNotification, now: Date) {
  return { ...sent, state: sendAt > now ? ('scheduled' as const) : ('queued' as const), sendAt: sendAt.toISOString() };
}
