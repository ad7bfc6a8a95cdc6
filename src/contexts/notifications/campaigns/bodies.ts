import type { MessageCounts } from '../message.ts';
import type { ListedRecipient } from './campaign-recipient-store.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignReport } from './get-campaign-report.ts';
import type { Segment } from './segment.ts';

/** A campaign as the contract words it. */
export function campaignBody(campaign: Campaign) {
  const { id, name, channel, templateKey, templateVersion, tracking, state, audience, pending, skipped } = campaign;
  return {
    ...{ id, name, channel, templateKey, templateVersion, tracking, state, audience, pending, skipped },
    segment: segmentBody(campaign.segment),
    variables: [...campaign.variables],
    recipientVariables: [...campaign.recipientVariables],
    scheduledAt: campaign.scheduledAt.toISOString(),
    audienceChosenAt: campaign.frozenAt?.toISOString() ?? null,
    progressPercent: progressOf(campaign),
    createdBy: campaign.createdBy,
    createdAt: campaign.createdAt.toISOString(),
    finishedAt: campaign.finishedAt?.toISOString() ?? null,
  };
}

function segmentBody({ countries, locales, roles, registeredFrom, registeredBefore }: Segment) {
  return {
    ...(countries === undefined ? {} : { countries: [...countries] }),
    ...(locales === undefined ? {} : { locales: [...locales] }),
    ...(roles === undefined ? {} : { roles: [...roles] }),
    ...(registeredFrom === undefined ? {} : { registeredFrom }),
    ...(registeredBefore === undefined ? {} : { registeredBefore }),
  };
}

function progressOf({ state, audience, pending }: Campaign): number {
  if (state === 'finished') return 100;
  return audience === 0 ? 0 : Math.floor(((audience - pending) * 100) / audience);
}

/** A recipient as the contract words it: of a cancelled campaign, nobody is pending any more. */
export function recipientBody({ state, ...recipient }: ListedRecipient, campaign: Campaign) {
  const { recipientId: id, ...rest } = recipient;
  return { id, ...rest, state: state === 'pending' && campaign.state === 'cancelled' ? ('cancelled' as const) : state };
}

/** A report as the contract words it: each figure of the funnel is part of the one before it. */
export function reportBody({ campaign, messages, engagement }: CampaignReport) {
  const handedOver = messages.sent + messages.delivered + messages.undelivered + messages.expired;
  return {
    campaignId: campaign.id,
    state: campaign.state,
    audience: campaign.audience,
    pending: campaign.state === 'cancelled' ? 0 : campaign.pending,
    skipped: campaign.skipped,
    created: sum(messages),
    waiting: messages.scheduled + messages.queued + messages.claimed + messages.sending + messages.retry_wait,
    sent: handedOver,
    delivered: messages.delivered,
    undelivered: messages.undelivered,
    expired: messages.expired,
    unknown: messages.unknown,
    suppressed: messages.suppressed,
    cancelled: messages.cancelled + (campaign.state === 'cancelled' ? campaign.pending : 0),
    dead: messages.dead,
    engagement: campaign.tracking ? engagement : null,
  };
}

function sum(messages: MessageCounts): number {
  return Object.values(messages).reduce((total, count) => total + count, 0);
}
