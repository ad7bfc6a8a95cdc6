import type { Database, Transaction } from '../../database/transaction.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cursors } from '../../shared/cursor.ts';
import type { ExchangeRateQuestions } from '../exchange-rates/index.ts';
import type { NotificationQuestions } from '../notifications/index.ts';

/** What the composition gives to teams. */
export interface TeamsDependencies {
  /** For operations. */
  readonly primary: Database;
  /** For jobs. */
  readonly worker: Database;
  /** For what reads everything; may be a replica. */
  readonly reporting: Database;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly notifications: Pick<NotificationQuestions, 'queueMessages'>;
  readonly findExchangeRate: ExchangeRateQuestions['findExchangeRate'];
  /** How these accounts can be reached; those that must not be written to are left out. */
  readonly readContacts: (
    tx: Transaction,
    userIds: readonly string[],
  ) => Promise<readonly { readonly userId: string; readonly email: string | null }[]>;
}
