import type { NotificationQuestions } from './index.ts';

/** Asks the process that hosts notifications. */
export interface AskNotifications {
  /** `getSmsBudget`. */
  hasSmsBudget(phone: string): Promise<boolean>;
}

/** Where it is told that an answer could not be had. */
export interface RemoteLog {
  warn(details: { readonly error: unknown }, message: string): void;
}

/**
 * Notifications as seen from a process that does not host them. What belongs to the caller's transaction, and what only
 * reads, needs no other process: it is this context's own code on the one database, and works while nobody hosts it. What
 * depends on the settings of the host is asked there.
 */
export function remoteNotifications(
  here: NotificationQuestions,
  ask: AskNotifications,
  log: RemoteLog,
): NotificationQuestions {
  return {
    ...here,
    async hasSmsBudget(_queryable, phone) {
      try {
        return await ask.hasSmsBudget(phone);
      } catch (error) {
        // Whoever sends judges the budget again, so nothing is spent by saying yes; saying no would refuse log-ins.
        log.warn({ error }, 'notifications could not be asked for the SMS budget');
        return true;
      }
    },
  };
}
