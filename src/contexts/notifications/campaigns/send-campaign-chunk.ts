import type { Database, Transaction } from '../../../database/transaction.ts';
import type { Clock } from '../../../shared/clock.ts';
import { newId } from '../../../shared/id.ts';
import { Problem } from '../../../shared/problem.ts';
import { classOfCategory } from '../category.ts';
import type { MessageRequest } from '../message.ts';
import { localeOfPhone, zonesOf } from '../preferences/time-zones.ts';
import { queueMessages } from '../queue-messages.ts';
import { renderTemplate } from '../templates/render-template.ts';
import type { Rendered } from '../templates/render-template.ts';
import type { SendableTemplate } from '../templates/template.ts';
import { claimRecipients, writeRecipients } from './campaign-recipient-store.ts';
import type { ClaimedRecipient, HandledRecipient } from './campaign-recipient-store.ts';
import { countChunk, holdRunningCampaign } from './campaign-store.ts';
import { requirePublishedVersion } from './campaign-template.ts';
import { valuesFor } from './campaign-variables.ts';
import type { Campaign } from './campaign.ts';
import type { Tracking } from './tracking.ts';

export interface ChunkDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly tracking: Tracking;
  /** ISO 3166-1 of those whose country nobody knows. */
  readonly country: string;
  readonly unsubscribeUrl: (messageId: string) => string;
}

export interface SentChunk {
  /** Messages that were made. */
  readonly queued: number;
  /** The last recipient of the chunk; null when nobody was left after `after`. */
  readonly last: string | null;
}

/** A recipient who can be reached, and what is said to them. */
interface Addressed {
  readonly recipient: ClaimedRecipient;
  readonly messageId: string;
  readonly address: string;
  readonly rendered: Rendered;
}

/**
 * Makes the messages of the next recipients: all of it in one transaction, so a process killed at any moment leaves them
 * pending and nothing else. Who can't be reached any more, or whose text can't be made, is skipped with the reason and holds
 * nobody else back.
 *
 * @returns undefined when the campaign is not running (any more)
 */
export async function sendCampaignChunk(
  dependencies: ChunkDependencies,
  campaignId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<SentChunk | undefined> {
  const { database, clock, tracking } = dependencies;
  return database.transaction(async (tx) => {
    const campaign = await holdRunningCampaign(tx, campaignId);
    if (campaign === undefined) return undefined;
    const recipients = await claimRecipients(tx, campaignId, { after, limit });
    const last = recipients.at(-1)?.recipientId ?? null;
    if (last === null) return { queued: 0, last };

    const template = await requirePublishedVersion(tx, campaign);
    const now = clock.now().getTime();
    const outcomes = recipients.map((recipient) =>
      address(dependencies, { campaign, template, recipient, messageId: newId(now) }),
    );
    const addressed = outcomes.filter((outcome) => 'rendered' in outcome);
    const requests = await complete(tx, { campaign, template, tracking }, addressed);
    await queueMessages({ tx, clock }, requests);
    await writeRecipients(tx, campaignId, outcomes.map(handled));
    const queued = addressed.length;
    await countChunk(tx, campaignId, { queued, skipped: recipients.length - queued });
    return { queued, last };
  });
}

interface Draft {
  readonly campaign: Campaign;
  readonly template: SendableTemplate;
  readonly recipient: ClaimedRecipient;
  readonly messageId: string;
}

function address(
  { country, unsubscribeUrl }: Pick<ChunkDependencies, 'country' | 'unsubscribeUrl'>,
  { campaign, template, recipient, messageId }: Draft,
): Addressed | HandledRecipient {
  const { recipientId } = recipient;
  const found = campaign.channel === 'sms' ? recipient.phone : recipient.email;
  if (found === null) return { recipientId, messageId: null, reason: 'not-reachable' };
  try {
    const { channel } = campaign;
    const [timeZone] = zonesOf({ channel, address: found, time_zone: recipient.timeZone }, country);
    const rendered = renderTemplate(template, {
      locale: recipient.locale ?? (recipient.phone === null ? undefined : localeOfPhone(recipient.phone)),
      timeZone,
      values: valuesFor(campaign, recipient),
      unsubscribeUrl: unsubscribeUrl(messageId),
    });
    return { recipient, messageId, address: found, rendered };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { recipientId, messageId: null, reason: error.code };
  }
}

function handled(outcome: Addressed | HandledRecipient): HandledRecipient {
  if (!('rendered' in outcome)) return outcome;
  return { recipientId: outcome.recipient.recipientId, messageId: outcome.messageId, reason: null };
}

async function complete(
  tx: Transaction,
  { campaign, template, tracking }: Pick<Draft, 'campaign' | 'template'> & Pick<ChunkDependencies, 'tracking'>,
  addressed: readonly Addressed[],
): Promise<MessageRequest[]> {
  const texts = campaign.tracking ? await tracking.track(tx, campaign.id, addressed) : addressed;
  return texts.map(({ recipient, messageId, address: to, rendered }) => ({
    id: messageId,
    dedupeKey: `campaign:${campaign.id}:${recipient.recipientId}`,
    channel: campaign.channel,
    class: classOfCategory(template.category),
    category: template.category,
    templateVersionId: template.versionId,
    address: to,
    ...(rendered.subject === null ? {} : { subject: rendered.subject }),
    text: rendered.text,
    ...(rendered.html === null ? {} : { html: rendered.html }),
    userId: recipient.recipientId,
    groupId: campaign.id,
  }));
}
