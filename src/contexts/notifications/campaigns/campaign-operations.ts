import { callerId } from '../../../contract/caller.ts';
import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { Database } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import type { Cursors } from '../../../shared/cursor.ts';
import { countAudience } from './audience-store.ts';
import { campaignBody, recipientBody, reportBody } from './bodies.ts';
import { cancelNotificationCampaign } from './cancel-notification-campaign.ts';
import { createNotificationCampaign } from './create-notification-campaign.ts';
import { followMessageLink } from './follow-message-link.ts';
import { getCampaignReport } from './get-campaign-report.ts';
import { getNotificationCampaign } from './get-notification-campaign.ts';
import { getOpenPicture } from './get-open-picture.ts';
import type { TrackingDependencies } from './get-open-picture.ts';
import { listCampaignRecipients } from './list-campaign-recipients.ts';
import { listNotificationCampaigns } from './list-notification-campaigns.ts';
import { pauseNotificationCampaign } from './pause-notification-campaign.ts';
import { resumeNotificationCampaign } from './resume-notification-campaign.ts';

export interface CampaignOperationDependencies extends TrackingDependencies {
  readonly database: Database;
  readonly reporting: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
}

export function createCampaignOperations(dependencies: CampaignOperationDependencies) {
  const { database, reporting, clock } = dependencies;
  return {
    createNotificationCampaign: async ({ body }, { tx, id, principal }) => {
      const { scheduledAt, tracking = false, variables = [], recipientVariables = [], ...plan } = body;
      const campaign = await createNotificationCampaign(
        { tx, clock },
        {
          ...{ ...plan, tracking, variables, recipientVariables },
          id: id('campaign'),
          scheduledAt: scheduledAt === undefined ? clock.now() : new Date(scheduledAt),
          createdBy: callerId(principal),
        },
      );
      return reply('createNotificationCampaign', {
        status: 201,
        headers: { Location: `/api/v1/notification-campaigns/${campaign.id}` },
        body: campaignBody(campaign),
      });
    },
    listNotificationCampaigns: async ({ query }) => {
      const { state, limit, cursor } = query;
      const { items, nextCursor } = await listNotificationCampaigns(dependencies, { state, limit, cursor });
      return reply('listNotificationCampaigns', { status: 200, body: { items: items.map(campaignBody), nextCursor } });
    },
    getNotificationCampaign: async ({ path }) => {
      const campaign = await getNotificationCampaign(database, path.notificationCampaignId);
      return reply('getNotificationCampaign', { status: 200, body: campaignBody(campaign) });
    },
    pauseNotificationCampaign: async ({ path }, { tx }) => {
      const campaign = await pauseNotificationCampaign({ tx, clock }, path.notificationCampaignId);
      return reply('pauseNotificationCampaign', { status: 200, body: campaignBody(campaign) });
    },
    resumeNotificationCampaign: async ({ path }, { tx }) => {
      const campaign = await resumeNotificationCampaign({ tx, clock }, path.notificationCampaignId);
      return reply('resumeNotificationCampaign', { status: 200, body: campaignBody(campaign) });
    },
    cancelNotificationCampaign: async ({ path }, { tx }) => {
      const campaign = await cancelNotificationCampaign({ tx, clock }, path.notificationCampaignId);
      return reply('cancelNotificationCampaign', { status: 200, body: campaignBody(campaign) });
    },
    listCampaignRecipients: async ({ path, query }) => {
      const campaignId = path.notificationCampaignId;
      const { state, limit, cursor } = query;
      const page = await listCampaignRecipients(dependencies, { campaignId, state, limit, cursor });
      const campaign = await getNotificationCampaign(database, campaignId);
      const items = page.items.map((recipient) => recipientBody(recipient, campaign));
      return reply('listCampaignRecipients', { status: 200, body: { items, nextCursor: page.nextCursor } });
    },
    getCampaignReport: async ({ path }) => {
      const report = await getCampaignReport(dependencies, path.notificationCampaignId);
      return reply('getCampaignReport', { status: 200, body: reportBody(report) });
    },
    getAudienceSize: async ({ query }) => {
      const { channel, ...segment } = query;
      return reply('getAudienceSize', {
        status: 200,
        body: { recipients: await countAudience(reporting, channel, segment) },
      });
    },
    getOpenPicture: async ({ path }) => {
      const picture = await getOpenPicture(dependencies, path.trackingId);
      return reply('getOpenPicture', {
        status: 200,
        headers: {
          'Content-Disposition': 'attachment; filename="open.gif"',
          // Readers in a browser get it on the page of their mail.
          'Cross-Origin-Resource-Policy': 'cross-origin',
        },
        body: one(picture),
      });
    },
    followMessageLink: async ({ path }) => {
      const location = await followMessageLink(dependencies, path.trackingId);
      return reply('followMessageLink', { status: 302, headers: { Location: location } });
    },
  } satisfies Partial<Handlers>;
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
