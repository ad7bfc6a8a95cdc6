import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Cursors } from '../../../shared/cursor.ts';
import { etagOf } from '../../../shared/etag.ts';
import { previewBody, sentBody, summaryBody, templateBody, versionBody } from './bodies.ts';
import { createMessageTemplate } from './create-message-template.ts';
import { createTemplateVersion } from './create-template-version.ts';
import { deleteMessageTemplate } from './delete-message-template.ts';
import { deleteTemplateVersion } from './delete-template-version.ts';
import { getTemplatePreview } from './get-template-preview.ts';
import type { PreviewDependencies } from './get-template-preview.ts';
import { getMessageTemplate, listMessageTemplates } from './list-message-templates.ts';
import { getTemplateVersion, listTemplateVersions } from './list-template-versions.ts';
import { publishMessageTemplate } from './publish-message-template.ts';
import { sendNotification } from './send-notification.ts';
import type { SendNotificationDependencies } from './send-notification.ts';
import type { Template } from './template.ts';
import { updateMessageTemplate } from './update-message-template.ts';
import { updateTemplateVersion } from './update-template-version.ts';
import type { Wordings } from './wording.ts';

type TemplateOperations =
  | 'listMessageTemplates'
  | 'createMessageTemplate'
  | 'getMessageTemplate'
  | 'updateMessageTemplate'
  | 'deleteMessageTemplate'
  | 'publishMessageTemplate'
  | 'listTemplateVersions'
  | 'createTemplateVersion'
  | 'getTemplateVersion'
  | 'updateTemplateVersion'
  | 'deleteTemplateVersion'
  | 'getTemplatePreview'
  | 'sendNotification';

export interface TemplateDependencies extends PreviewDependencies {
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly sending: Omit<SendNotificationDependencies, 'tx' | 'clock'>;
  /** Texts of the code that templates may replace. */
  readonly wordings: Wordings;
}

/** Texts that are sent again and again. */
export function createTemplateOperations(dependencies: TemplateDependencies): Handlers<TemplateOperations> {
  const { clock, wordings } = dependencies;
  return {
    async listMessageTemplates({ query }) {
      const { channel, category, key, limit, cursor } = query;
      const page = await listMessageTemplates(dependencies, { channel, category, key, limit, cursor });
      const items = page.items.map(templateBody);
      return reply('listMessageTemplates', { status: 200, body: { items, nextCursor: page.nextCursor } });
    },
    async createMessageTemplate({ body }, { tx, id }) {
      const template = await createMessageTemplate({ tx, clock }, { ...body, id: id('template') });
      const headers = { Location: `/api/v1/message-templates/${template.id}`, ETag: etagOf(template.version) };
      return reply('createMessageTemplate', { status: 201, headers, body: templateBody(template) });
    },
    async getMessageTemplate({ path }) {
      return reply('getMessageTemplate', shown(await getMessageTemplate(dependencies, path.templateId)));
    },
    async updateMessageTemplate({ path, headers, body }, { tx, auditChanges }) {
      const change = { ...path, ifMatch: headers['If-Match'], description: body.description, archived: body.archived };
      const { before, after } = await updateMessageTemplate({ tx, clock }, change);
      auditChanges({
        description: { from: before.description, to: after.description },
        archived: { from: before.archived, to: after.archived },
      });
      return reply('updateMessageTemplate', shown(after));
    },
    async deleteMessageTemplate({ path, headers }, { tx }) {
      await deleteMessageTemplate(tx, { ...path, ifMatch: headers['If-Match'] });
      return { status: 204 };
    },
    async publishMessageTemplate({ path, headers, body }, { tx, auditChanges }) {
      const command = { ...path, versionId: body.versionId, ifMatch: headers['If-Match'] };
      const { before, after } = await publishMessageTemplate({ tx, clock }, command);
      auditChanges({ publishedVersionId: { from: before.publishedVersionId, to: after.publishedVersionId } });
      return reply('publishMessageTemplate', shown(after));
    },
    async listTemplateVersions({ path, query }) {
      const { limit, cursor } = query;
      const { items, nextCursor, template } = await listTemplateVersions(dependencies, { ...path, limit, cursor });
      const body = { items: items.map((version) => summaryBody(version, template)), nextCursor };
      return reply('listTemplateVersions', { status: 200, body });
    },
    async createTemplateVersion({ path, body }, { tx, id }) {
      const { version, template } = await createTemplateVersion(
        { tx, clock, wordings },
        { ...path, ...body, id: id('version') },
      );
      const headers = { Location: `/api/v1/template-versions/${version.id}`, ETag: etagOf(version.revision) };
      return reply('createTemplateVersion', { status: 201, headers, body: versionBody(version, template) });
    },
    async getTemplateVersion({ path }) {
      const { version, template } = await getTemplateVersion(dependencies, path.versionId);
      const headers = { ETag: etagOf(version.revision) };
      return reply('getTemplateVersion', { status: 200, headers, body: versionBody(version, template) });
    },
    async updateTemplateVersion({ path, headers, body }, { tx }) {
      const command = { ...path, ...body, ifMatch: headers['If-Match'] };
      const { version, template } = await updateTemplateVersion({ tx, clock, wordings }, command);
      return reply('updateTemplateVersion', {
        status: 200,
        headers: { ETag: etagOf(version.revision) },
        body: versionBody(version, template),
      });
    },
    async deleteTemplateVersion({ path, headers }, { tx }) {
      await deleteTemplateVersion({ tx, clock }, { ...path, ifMatch: headers['If-Match'] });
      return { status: 204 };
    },
    async getTemplatePreview({ path, body }) {
      const { locale, timeZone, variables = [] } = body;
      const preview = await getTemplatePreview(dependencies, { ...path, locale, timeZone, values: variables });
      return reply('getTemplatePreview', { status: 200, body: previewBody(preview) });
    },
    async sendNotification({ body }, { tx, id: idFor }) {
      const { templateKey, recipient, locale, timeZone, variables = [], sendAt } = body;
      const id = idFor('message');
      const command = {
        ...{ id, dedupeKey: `notification:${id}`, templateKey, recipient, locale, timeZone, values: variables },
        ...(sendAt === undefined ? {} : { sendAt: new Date(sendAt) }),
      };
      const sent = await sendNotification({ ...dependencies.sending, tx, clock }, command);
      const headers = { Location: `/api/v1/messages/${id}` };
      return reply('sendNotification', { status: 202, headers, body: sentBody(sent, clock.now()) });
    },
  };
}

function shown(template: Template) {
  return { status: 200 as const, headers: { ETag: etagOf(template.version) }, body: templateBody(template) };
}
