import { hostname } from 'node:os';
import type { Database, Queryable, Transaction } from '../../database/transaction.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { DeliveryLookup } from '../../ports/delivery-lookup.ts';
import type { DeliveryWebhook } from '../../ports/delivery-webhook.ts';
import type { EmailSender } from '../../ports/email-sender.ts';
import type { SmsSender } from '../../ports/sms-sender.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { ContextModule } from '../context.ts';
import { hasBudget } from './budget-store.ts';
import { noAccounts } from './campaigns/accounts.ts';
import type { Accounts } from './campaigns/accounts.ts';
import { eraseRecipientJob, recordRecipientJob } from './campaigns/campaign-jobs.ts';
import { campaignSchedule, createCampaignTasks } from './campaigns/campaign-tasks.ts';
import { createTrackingTokens } from './campaigns/tracking-token.ts';
import { createTracking } from './campaigns/tracking.ts';
import { createCircuitNotes } from './circuit-store.ts';
import { callingCodeOf } from './calling-code.ts';
import type { MessageCounts, MessageRequest } from './message.ts';
import { silentObserver } from './observer.ts';
import type { SendingObserver } from './observer.ts';
import { createNotificationOperations } from './operations.ts';
import { eraseMessagesJob } from './jobs.ts';
import { createPersonalData } from './personal-data.ts';
import type { QuietPlan } from './preferences/quiet-hours.ts';
import { recordInboundMessage } from './preferences/record-inbound-message.ts';
import type { Asked, InboundMessage } from './preferences/record-inbound-message.ts';
import { createUnsubscribeTokens } from './preferences/unsubscribe-token.ts';
import { problems } from './problems.ts';
import { emailProvider, smsProvider } from './provider.ts';
import type { SendingLimits } from './provider.ts';
import { queueMessages } from './queue-messages.ts';
import { cancelQueued, readGroupCounts } from './queue-store.ts';
import { recordReports } from './record-reports.ts';
import { recounts } from './recounts.ts';
import { createNotificationTasks, notificationSchedule } from './tasks.ts';
import { queueTemplatedSms, requireSmsTemplate } from './templates/queue-templated-sms.ts';
import type { SmsRecipient, SmsTemplate } from './templates/queue-templated-sms.ts';
import { sendNotification } from './templates/send-notification.ts';
import type { SendNotification, SentNotification } from './templates/send-notification.ts';
import type { SmsPrice } from './templates/sms-price.ts';
import { findSendableTemplate } from './templates/template-store.ts';
import type { SendableTemplate } from './templates/template.ts';
import type { Wording } from './templates/wording.ts';

/** For benchmarks: the largest scans of the messages. */
export { recounts as messageRecounts } from './recounts.ts';
export type { Channel, MessageClass, MessageCounts, MessageRequest, MessageState } from './message.ts';
export type { SendingObserver } from './observer.ts';
export type { SendingLimits } from './provider.ts';
export { trackingPurpose } from './campaigns/tracking-token.ts';
export { remoteNotifications } from './remote.ts';
export { readQuietHours } from './preferences/quiet-hours.ts';
export { readSmsPrice } from './templates/sms-price.ts';
export type { SmsPrice } from './templates/sms-price.ts';
export { renderTemplate } from './templates/render-template.ts';
export type { Rendered, RenderOptions } from './templates/render-template.ts';
export type { SmsRecipient, SmsTemplate } from './templates/queue-templated-sms.ts';
export type { SendableTemplate, VariableValue } from './templates/template.ts';
export type { Wording, WordingVariable } from './templates/wording.ts';

/** What other contexts may ask of notifications. */
export interface NotificationQuestions {
  /**
   * Stores the messages and enqueues their sending, in the caller's transaction: they exist if and only if it commits.
   * Set-based: hand over a whole chunk in one call. Does NOT call a provider, and never refuses a message: opt-out,
   * spending limits and deadlines are judged when it is about to leave.
   *
   * @returns how many were new; requests whose `dedupeKey` is already known are skipped.
   */
  queueMessages(tx: Transaction, requests: readonly MessageRequest[]): Promise<number>;

  /** Counts a group's messages by state from maintained counters: cheap enough to ask every second. */
  countGroup(queryable: Queryable, groupId: string): Promise<MessageCounts>;

  /** The same for many groups in one query. @returns the counts of each; all zero for a group without messages. */
  countGroups(queryable: Queryable, groupIds: readonly string[]): Promise<(groupId: string) => MessageCounts>;

  /** Cancels the group's messages that nobody has begun to send. @returns how many. */
  cancelGroup(tx: Transaction, groupId: string): Promise<number>;

  /**
   * Whether today's SMS budget still has room for one more message to this number (in total and for its country).
   * Ask before answering an OTP request; sending checks again on its own.
   */
  hasSmsBudget(queryable: Queryable, phone: string): Promise<boolean>;

  /**
   * What is sent now under this key or id, for `renderTemplate`: read once, fill in for as many recipients as there are.
   *
   * @returns undefined when nothing is published, or it is archived
   */
  findTemplate(
    queryable: Queryable,
    by: { readonly key: string } | { readonly id: string },
  ): Promise<SendableTemplate | undefined>;

  /** Fills a published template in and queues the message, in the caller's transaction. @throws Problem 409 */
  sendNotification(tx: Transaction, command: SendNotification): Promise<SentNotification>;

  /**
   * Queues one SMS per recipient from a published version, each in their language, in the caller's transaction. Set-based: hand over
   * a whole chunk in one call.
   *
   * @returns how many were new
   */
  queueTemplatedSms(tx: Transaction, template: SmsTemplate, recipients: readonly SmsRecipient[]): Promise<number>;

  /** Ask before `queueTemplatedSms`, once. @throws Problem 409 when the version is not published or the values do not fit */
  requireSmsTemplate(queryable: Queryable, template: SmsTemplate): Promise<void>;

  /** Where the recipient of this message stops marketing: what `{{unsubscribeUrl}}` becomes. */
  unsubscribeUrl(messageId: string): string;
}

export interface Notifications extends ContextModule, NotificationQuestions {
  /**
   * Takes in delivery reports whose sender was verified. Safe to repeat, in any order, from many processes at once.
   *
   * @param provider its name as its sender spells it
   */
  recordReports(provider: string, reports: readonly DeliveryReport[]): Promise<void>;

  /**
   * Takes in a text that a phone sent, from a provider whose proof was checked: STOP and START. Safe to repeat.
   *
   * @param provider its name as its sender spells it
   * @returns what the text asked for
   */
  recordInboundMessage(provider: string, message: InboundMessage): Promise<Asked>;
}

export interface NotificationsDependencies {
  /** For operations. */
  readonly database: Database;
  /** For what reads much, such as exports. Default: `database`. */
  readonly reporting?: Database;
  /** For tasks: their waits must not take connections from the API. */
  readonly workerDatabase: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  /** In failover order; at least one. */
  readonly smsSenders: readonly SmsSender[];
  readonly emailSenders: readonly EmailSender[];
  /** Read what providers push; none by default. */
  readonly webhooks?: readonly DeliveryWebhook[];
  /** Ask providers about messages; none by default. */
  readonly lookups?: readonly DeliveryLookup[];
  readonly limits: SendingLimits;
  /** What one part of an SMS costs, for estimates. Default: nothing is known. */
  readonly smsPrices?: readonly SmsPrice[];
  /** When people are left alone. Default: never. */
  readonly quietHours?: QuietPlan['hours'];
  /** Texts of the code, of every context, that templates may replace. Default: none. */
  readonly wordings?: readonly Wording[];
  /** ISO 3166-1 of those whose country nobody knows. Default: IR. */
  readonly country?: string;
  /** Where this installation is reached, without a slash at its end: links in messages lead there. */
  readonly publicUrl: string;
  /** 32 bytes that sign these links, for this purpose alone. */
  readonly linkKey: Buffer;
  readonly readContacts: Accounts['readContacts'];
  readonly observer?: SendingObserver;
  /** For the copy of who can be reached. Default: nobody ever changes. */
  readonly listChangedAccounts?: Accounts['listChangedAccounts'];
  /** 32 bytes that sign links that are counted, for this purpose alone. */
  readonly trackingKey: Buffer;
  /** Days that texts and addresses of messages are kept. Default 365. */
  readonly messageDays?: number;
  /** A number in [0, 1): spreads retries. Default: Math.random. */
  readonly chance?: () => number;
  /**
   * Asked before each batch of the bulk lane, and after each wait for it, five times at most: the milliseconds it waits because
   * work that people wait for needs the database now, 0 usually. One-time codes never wait. Default: always 0.
   */
  readonly pauseBulk?: () => Promise<number>;
}

export function createNotifications(dependencies: NotificationsDependencies): Notifications {
  const { database, workerDatabase, clock, cursors, limits, observer = silentObserver } = dependencies;
  const unsubscribeTokens = createUnsubscribeTokens(dependencies.linkKey);
  const unsubscribeUrl = (id: string): string =>
    `${dependencies.publicUrl}/api/v1/unsubscribe/${unsubscribeTokens.sign(id)}`;
  const { country = 'IR', readContacts } = dependencies;
  const sending = { readContacts, country, unsubscribeUrl };
  const quiet = { hours: dependencies.quietHours ?? new Map(), country };
  const { webhooks = [], lookups = [], chance = Math.random } = dependencies;
  const worker = { database: workerDatabase, clock, limits, observer, chance, lookups };
  const providers = {
    sms: dependencies.smsSenders.map(smsProvider),
    email: dependencies.emailSenders.map(emailProvider),
  };

  const tokens = createTrackingTokens(dependencies.trackingKey);
  const campaigns = {
    ...{ database: workerDatabase, clock, country, unsubscribeUrl },
    accounts: { readContacts, listChangedAccounts: dependencies.listChangedAccounts ?? noAccounts.listChangedAccounts },
    tracking: createTracking(tokens, dependencies.publicUrl),
  };

  return {
    name: 'notifications',
    operations: createNotificationOperations({
      ...{ database, clock, cursors, providers, limits, observer, webhooks, lookups },
      reporting: dependencies.reporting ?? database,
      tokens,
      smsProviders: dependencies.smsSenders.map(({ name }) => name),
      smsPrices: dependencies.smsPrices ?? [],
      ...{ sending, unsubscribeTokens },
      wordings: new Map((dependencies.wordings ?? []).map((wording) => [wording.key, wording])),
    }),
    tasks: [
      ...createNotificationTasks({
        ...worker,
        ...{ providers, quiet, unsubscribeUrl },
        ...(dependencies.messageDays === undefined ? {} : { messageDays: dependencies.messageDays }),
        noteCircuits: createCircuitNotes(workerDatabase, `${hostname()}:${process.pid}`),
        pauseBulk: dependencies.pauseBulk ?? (() => Promise.resolve(0)),
      }),
      ...createCampaignTasks(campaigns),
    ],
    schedule: [...notificationSchedule, ...campaignSchedule],
    subscriptions: {
      'user.phone_verified': [recordRecipientJob],
      'user.email_verified': [recordRecipientJob],
      'user.deleted': [eraseMessagesJob, eraseRecipientJob],
    },
    personalData: createPersonalData(workerDatabase),
    recounts,
    problems,
    constraints: {
      suppressions_once: problems['already-suppressed'],
      templates_key: problems['template-key-taken'],
      template_versions_one_draft: problems['draft-exists'],
      template_versions_keep_published: problems['version-published'],
    },

    queueMessages: (tx, requests) => queueMessages({ tx, clock }, requests),
    countGroups: readGroupCounts,
    countGroup: async (queryable, groupId) => (await readGroupCounts(queryable, [groupId]))(groupId),
    cancelGroup: (tx, groupId) => cancelQueued(tx, groupId, clock.now()),
    hasSmsBudget: (queryable, phone) => hasBudget(queryable, callingCodeOf(phone), limits, clock.now()),
    recordReports: (provider, reports) => recordReports(worker, provider, reports),
    findTemplate: findSendableTemplate,
    queueTemplatedSms: (tx, template, recipients) => queueTemplatedSms({ tx, clock }, template, recipients),
    requireSmsTemplate,
    sendNotification: (tx, command) => sendNotification({ ...sending, tx, clock }, command),
    unsubscribeUrl,
    recordInboundMessage: (provider, message) =>
      workerDatabase.transaction((tx) => recordInboundMessage({ tx, clock }, provider, message)),
  };
}
