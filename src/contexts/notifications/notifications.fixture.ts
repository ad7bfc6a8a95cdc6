import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import type { EmailSender } from '../../ports/email-sender.ts';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { SmsMessage, SmsSender } from '../../ports/sms-sender.ts';
import type { Clock } from '../../shared/clock.ts';
import { newId } from '../../shared/id.ts';
import { createTestDatabase } from '../../testing/database.ts';
import type { TestDatabase } from '../../testing/database.ts';
import { createCircuitNotes } from './circuit-store.ts';
import type { MessageCounts, MessageRequest, MessageState } from './message.ts';
import { silentObserver } from './observer.ts';
import type { SendingObserver } from './observer.ts';
import type { QuietPlan } from './preferences/quiet-hours.ts';
import { emailProvider, smsProvider } from './provider.ts';
import type { SendingLimits } from './provider.ts';
import { queueMessages } from './queue-messages.ts';
import { readCounts } from './queue-store.ts';
import type { SendDependencies } from './send-messages.ts';

/** A clock that stands still until it is told otherwise. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void;
}

export function createTestClock(start: Date = new Date()): TestClock {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

export const unlimited: SendingLimits = {
  perSecond: {},
  defaultRate: 1_000_000,
  otpShare: 0.2,
  smsPerDay: 1_000_000,
  smsPerCountryPerDay: 1_000_000,
};

/** A provider whose answers a test decides; it remembers every call. */
export interface FakeSmsSender extends SmsSender {
  readonly calls: SmsMessage[];
  /** What the recipients hold: one text per reference, if the provider deduplicates. */
  delivered(): readonly SmsMessage[];
}

export function createFakeSmsSender(
  answer: (message: SmsMessage, call: number) => SendOutcome | Promise<SendOutcome> = accept,
  options: { readonly name?: string; readonly deduplicates?: boolean; readonly admits?: () => number } = {},
): FakeSmsSender {
  const { name = 'fake', deduplicates = false, admits } = options;
  const calls: SmsMessage[] = [];
  const taken: SmsMessage[] = [];
  return {
    name,
    deduplicates,
    ...(admits === undefined ? {} : { admits }),
    calls,
    delivered: () => taken,
    async send(message) {
      calls.push(message);
      const outcome = await answer(message, calls.length);
      const arrives = outcome.outcome === 'accepted' || outcome.outcome === 'unknown';
      const known = deduplicates && taken.some(({ reference }) => reference === message.reference);
      if (arrives && !known) taken.push(message);
      return outcome;
    },
  };
}

export function accept(message: Pick<SmsMessage, 'reference'>): SendOutcome {
  return { outcome: 'accepted', providerMessageId: providerIdOf(message.reference) };
}

export function providerIdOf(reference: string): string {
  return `fake-${reference}`;
}

export interface MessageRow {
  readonly id: string;
  readonly dedupe_key: string;
  readonly address: string;
  readonly body: string;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly attempts: number;
  readonly provider: string | null;
  readonly provider_message_id: string | null;
  readonly next_attempt_at: Date | null;
  readonly settled_at: Date | null;
}

const readMessages = statement<MessageRow>(
  'test.read_messages',
  `select id, dedupe_key, address, body, state, reason, attempts, provider, provider_message_id, next_attempt_at, settled_at
   from notifications.messages order by dedupe_key`,
);

const empty = statement(
  'test.empty_notifications',
  `truncate notifications.messages, notifications.message_counts, notifications.queue_counts, notifications.attempts,
     notifications.reports, notifications.suppressions, notifications.provider_circuits, notifications.send_buckets,
     notifications.sms_budgets, notifications.preferences, notifications.inbound_messages, graphile_worker._private_jobs`,
);

/** A database, a clock, and what a test needs to queue messages and look at them. */
export interface NotificationScene {
  readonly test: TestDatabase;
  readonly database: Database;
  readonly clock: TestClock;
  dependencies(options: {
    readonly senders: readonly SmsSender[];
    readonly limits?: Partial<SendingLimits>;
    readonly quiet?: QuietPlan;
    readonly emailSenders?: readonly EmailSender[];
    readonly observer?: SendingObserver;
    readonly database?: Database;
  }): SendDependencies;
  queue(requests: readonly Partial<MessageRequest>[]): Promise<number>;
  messages(): Promise<readonly MessageRow[]>;
  states(): Promise<Record<string, MessageState>>;
  counts(groupId?: string): Promise<MessageCounts>;
  /** Forgets every row, so that tests of one file don't see each other. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function createNotificationScene(): Promise<NotificationScene> {
  const test = await createTestDatabase();
  const { database } = test;
  const clock = createTestClock();
  return {
    test,
    database,
    clock,
    dependencies: ({
      senders,
      limits,
      quiet = { hours: new Map(), country: 'IR' },
      emailSenders = [],
      observer = silentObserver,
      database: other = database,
    }) => ({
      database: other,
      clock,
      limits: { ...unlimited, ...limits },
      observer,
      chance: () => 0,
      providers: { sms: senders.map(smsProvider), email: emailSenders.map(emailProvider) },
      noteCircuits: createCircuitNotes(other, 'test'),
      pauseBulk: () => Promise.resolve(0),
      quiet,
      unsubscribeUrl: (messageId) => `https://portico.example/api/v1/unsubscribe/${messageId}`,
    }),
    queue: (requests) => database.transaction((tx) => queueMessages({ tx, clock }, requests.map(completeRequest))),
    messages: () => test.owner.query(readMessages),
    states: async () => {
      const rows = await test.owner.query(readMessages);
      return Object.fromEntries(rows.map((row) => [row.dedupe_key, row.state]));
    },
    counts: async (groupId) => (await readCounts(database, groupId)).sms,
    reset: async () => {
      await test.owner.query(empty);
    },
    close: () => test.close(),
  };
}

let numbers = 0;

function completeRequest(request: Partial<MessageRequest>): MessageRequest {
  numbers += 1;
  return {
    dedupeKey: newId(),
    channel: 'sms',
    class: 'transactional',
    address: `+98912${String(numbers).padStart(7, '0')}`,
    text: 'You received 500 coins.',
    ...request,
  };
}
