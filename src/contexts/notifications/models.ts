import { Model, snakeCaseMappers } from 'objection';
import type { SendOutcome } from '../../ports/send-outcome.ts';
import type { DeliveryReport } from '../../ports/delivery-report.ts';
import type { Channel, MessageClass, MessageState } from './message.ts';

/** Rows of `notifications.messages` as people look at them; sending reads and writes through prepared statements. */
export class MessageModel extends Model {
  static override readonly tableName = 'notifications.messages';
  static override readonly columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare channel: Channel;
  declare class: MessageClass;
  declare address: string;
  declare subject: string | null;
  declare body: string;
  declare userId: string | null;
  declare groupId: string | null;
  declare state: MessageState;
  declare reason: string | null;
  declare attempts: number;
  declare provider: string | null;
  declare deadline: Date;
  declare nextAttemptAt: Date | null;
  declare createdAt: Date;
  declare settledAt: Date | null;
}

export class AttemptModel extends Model {
  static override readonly tableName = 'notifications.attempts';
  static override readonly columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare messageId: string;
  declare number: number;
  declare provider: string;
  declare startedAt: Date;
  declare finishedAt: Date | null;
  declare outcome: SendOutcome['outcome'] | null;
  declare code: string | null;
  declare detail: string | null;
  declare providerMessageId: string | null;
}

export class ReportModel extends Model {
  static override readonly tableName = 'notifications.reports';
  static override readonly columnNameMappers = snakeCaseMappers();
  static override readonly idColumn = ['provider', 'event_key'];

  declare messageId: string | null;
  declare state: DeliveryReport['state'];
  declare code: string | null;
  declare occurredAt: Date;
  declare receivedAt: Date;
  declare previousState: MessageState | null;
}

export class SuppressionModel extends Model {
  static override readonly tableName = 'notifications.suppressions';
  static override readonly columnNameMappers = snakeCaseMappers();

  declare id: string;
  declare channel: Channel;
  declare address: string;
  declare category: 'marketing' | 'all';
  declare reason: string;
  declare createdAt: Date;
}
